/** The dashboard of a relay in Chromium, and somebody who uses it. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { startBrowser } from '../browser.ts';
import type { ServedRelay } from '../built-relay.ts';

export interface DashboardPage extends AsyncDisposable {
  readonly page: Page;
  /** What the browser complained about: scripts, styles and connections that a policy forbids, and mistakes of the page. */
  readonly complaints: readonly string[];
  /** Hosts that the page asked for something. */
  readonly hosts: ReadonlySet<string>;
  logIn(key: string): Promise<void>;
  /** The id of the session of this page, once it is connected. */
  clientId(): Promise<string>;
  /** The text that is shown to be taken away under this label. */
  shown(label: RegExp): Promise<string>;
}

export async function openDashboard(
  relay: Pick<ServedRelay, 'http'>,
  options: BrowserContextOptions = {},
): Promise<DashboardPage> {
  const browser = await startBrowser(options);
  const page = await browser.newPage();
  // A step that hangs shall say which it is.
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  const hosts = new Set<string>();
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // A refused request is what some tests are about; the page says it in its own words.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  page.on('websocket', (socket) => hosts.add(new URL(socket.url()).host));
  await page.goto(`${relay.http}/`);
  return {
    page,
    complaints,
    hosts,
    async logIn(key) {
      await page.getByLabel('Key', { exact: true }).fill(key);
      await page.getByRole('button', { name: 'Log in' }).click();
    },
    async clientId() {
      const status = page.getByRole('status').filter({ hasText: /connected as dashboard-/ });
      await status.waitFor();
      return /dashboard-[a-z0-9]+/.exec((await status.textContent()) ?? '')?.[0] ?? '';
    },
    shown: async (label) => (await page.getByRole('region', { name: label }).locator('pre').textContent()) ?? '',
    [Symbol.asyncDispose]: () => browser[Symbol.asyncDispose](),
  };
}

/** The row of a device, with the state that it must show. */
export function rowOf(page: Page, device: string, state?: 'online' | 'offline') {
  const row = page.getByRole('row').filter({ has: page.getByRole('rowheader').filter({ hasText: device }) });
  return state === undefined ? row : row.filter({ hasText: state });
}
