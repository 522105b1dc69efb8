import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe-core finds that keeps somebody out (its impacts serious and critical), one sentence each. */
export async function findBarriers(page: Page): Promise<string[]> {
  // An evaluated script is the test's own: the policy of the page does not apply to it.
  await page.evaluate(axe.source);
  const violations = await page.evaluate<{ impact: string; id: string; nodes: { html: string }[] }[]>(
    'axe.run().then((results) => results.violations)',
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}
