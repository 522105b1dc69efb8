import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeTemporaryFolder, type ServedRelay, startServe } from '../built-relay.ts';
import { runToEnd, spawnWatched } from '../watched-process.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const main = join(import.meta.dirname, '..', '..', '..', 'src', 'cli', 'main.ts');

let relay: ServedRelay;
let folder: string;
beforeAll(async () => {
  relay = await startServe();
  folder = makeTemporaryFolder();
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the commands from their source, where each file keeps its name, and lists what Node loaded. */
async function loadedBy(...args: readonly string[]): Promise<readonly string[]> {
  const list = join(folder, 'loaded.txt');
  const hook = join(folder, 'hook.mjs');
  writeFileSync(list, '');
  writeFileSync(
    hook,
    `import { registerHooks } from 'node:module';
     import { appendFileSync } from 'node:fs';
     registerHooks({ load(url, context, next) { appendFileSync(${JSON.stringify(list)}, url + '\\n'); return next(url, context); } });`,
  );
  const { code, stderr } = await runToEnd(
    spawnWatched(process.execPath, ['--import', hook, main, ...args], { env: relay.env }),
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return readFileSync(list, 'utf8').trim().split('\n');
}

const heavy = /\/src\/(server|tui)\/|\/node_modules\/(conf|ink|react|fastify|pino|ajv)\//;

describe('a command loads what it needs and no more', () => {
  it('--version: nothing of node_modules', async () => {
    const loaded = await loadedBy('--version');
    expect(loaded.some((url) => url.endsWith('/src/cli/main.ts'))).toBe(true);
    expect(loaded.filter((url) => url.includes('/node_modules/'))).toEqual([]);
  });

  it('send: no server, no commander, no conf, and no HTTP', async () => {
    await loadedBy('send', '--force', '-q', '-t', 'x', 'a=1');
    const loaded = await loadedBy('send', '-q', '-t', 'x', 'a=1');
    expect(loaded.some((url) => url.includes('/node_modules/ws/'))).toBe(true);
    expect(loaded.filter((url) => heavy.test(url) || url.includes('/node_modules/undici/'))).toEqual([]);
  });

  it('presence: no server, no commander, no WebSocket', async () => {
    const loaded = await loadedBy('presence');
    expect(loaded.some((url) => url.includes('/node_modules/undici/'))).toBe(true);
    expect(loaded.filter((url) => heavy.test(url) || url.includes('/node_modules/ws/'))).toEqual([]);
  });

  it('--help: no command', async () => {
    const loaded = await loadedBy('--help');
    expect(loaded.filter((url) => heavy.test(url) || url.includes('/src/cli/commands/'))).toEqual([]);
  });
});
