import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again until the answer is something, and resolves with it; for what a relay can be asked about but does not
 * tell by itself.
 */
export async function until<Answer>(
  what: string,
  ask: () => Promise<Answer | undefined | false> | Answer | undefined | false,
): Promise<Answer> {
  const expires = AbortSignal.timeout(15_000);
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (expires.aborted) throw new Error(`not within 15 s: ${what}`);
    await delay(10);
  }
}
