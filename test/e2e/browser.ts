/** Debian's Chromium, driven over playwright-core, with a fresh profile and no traffic of its own. */
import { rmSync } from 'node:fs';
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { chromiumProgram } from '../tools.ts';
import { makeTemporaryFolder } from './watched-process.ts';

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface TestBrowser extends AsyncDisposable {
  readonly context: BrowserContext;
  newPage(): Promise<Page>;
}

export async function startBrowser(options: BrowserContextOptions = {}): Promise<TestBrowser> {
  const profile = makeTemporaryFolder();
  const context = await chromium.launchPersistentContext(profile, {
    ...options,
    executablePath: chromiumProgram,
    headless: true,
    args: quiet,
  });
  return {
    context,
    newPage: () => context.newPage(),
    async [Symbol.asyncDispose]() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
