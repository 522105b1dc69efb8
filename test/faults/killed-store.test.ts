import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreOpenError } from '../../src/server/store/store.ts';
import { makeStoreFolder, type StoreFolder } from '../server/store-folder.ts';
import { text } from '../server/store-samples.ts';

const rounds = Number(process.env.KILL_ROUNDS ?? 5);

let folder: StoreFolder;
let child: ChildProcess | undefined;
beforeEach(() => {
  folder = makeStoreFolder();
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await folder.remove();
});

/** Runs the busy child until it has said so many lines, kills it, and returns all that it said. */
async function runUntilKilled(round: number, linesMin: number): Promise<string[]> {
  const script = join(import.meta.dirname, 'busy-store-child.ts');
  const running = spawn(process.execPath, [script, folder.dataDir, String(round)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = running;
  const exited = once(running, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface({ input: running.stdout })) {
    lines.push(line);
    if (lines.length === linesMin) running.kill('SIGKILL');
  }
  const [, signal] = await exited;
  expect(signal).toBe('SIGKILL');
  return lines;
}

async function queuedIds(): Promise<Set<string>> {
  const store = await folder.open();
  const ids = new Set<string>();
  for (const { userId, target, messages } of await store.queue.depths()) {
    const entries = await store.queue.list(userId, target, messages, 1000);
    expect(entries.some(({ handed }) => handed)).toBe(false);
    for (const { payload } of entries) ids.add(text(payload).trim());
  }
  await store.close();
  return ids;
}

describe('FAULTS 1: a killed process', () => {
  it(`loses nothing that was acknowledged, ${rounds} times`, {
    timeout: 60_000 + rounds * 20_000,
  }, async () => {
    const said = { queued: new Set<string>(), confirming: new Set<string>(), confirmed: new Set<string>() };
    for (let round = 0; round < rounds; round += 1) {
      // Each round ends somewhere else in the work of the store.
      for (const line of await runUntilKilled(round, 400 + 137 * (round % 7))) {
        const [word, id = ''] = line.split(' ');
        if (word === 'queued' || word === 'confirming' || word === 'confirmed') said[word].add(id);
      }
      const kept = await queuedIds();
      expect([...said.queued.difference(said.confirming).difference(kept)]).toEqual([]);
      expect([...said.confirmed.intersection(kept)]).toEqual([]);
      expect(said.confirmed.size).toBeGreaterThan(0);
    }
  });
});

describe('FAULTS 6: a process that has a data folder', () => {
  it('holds it while it lives, and leaves no lock behind when it is killed', async () => {
    const script = join(import.meta.dirname, 'busy-store-child.ts');
    const running = spawn(process.execPath, [script, folder.dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
    child = running;
    const exited = once(running, 'exit');
    await once(running.stdout, 'data');
    const refusal = await folder.open().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StoreOpenError);
    expect(String(refusal)).toContain(`${folder.dataDir} is in use by another relay (process ${running.pid})`);
    running.kill('SIGKILL');
    await exited;
    await folder.open();
  });
});
