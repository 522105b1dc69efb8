import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/server/store/sqlite-store.ts';
import { createRandom } from '../e2e/contract/random.ts';
import { makeTemporaryFolder } from '../e2e/watched-process.ts';
import { hasTool } from '../tools.ts';
import { type Random, SimulatedDisk } from './power-loss/simulated-disk.ts';
import { type DiskOperation, readWriteLog } from './power-loss/write-log.ts';
import { buildShim } from './shims.ts';

const cuts = Number(process.env.POWER_CUTS ?? 150);
const seed = Number(process.env.POWER_SEED ?? Date.now() % 1_000_000);
/** What the busy store says before it is killed; its log has been written back several times by then. */
const lines = 3000;
/** So often it is killed and goes on, so that the power may also be cut while it recovers. */
const lives = 2;

let folder: string;
beforeEach(() => {
  folder = makeTemporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the real store, its worker and all, and returns what it did to its disk; what it acknowledged is a file of that disk. */
async function record(synchronous?: 'OFF' | 'NORMAL'): Promise<DiskOperation[]> {
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir, { mode: 0o700 });
  const log = join(folder, 'write-log');
  const env = {
    ...process.env,
    LD_PRELOAD: buildShim('recorder', folder),
    RECORD_FOLDER: dataDir,
    RECORD_LOG: log,
    SYNCHRONOUS: synchronous,
  };
  const hook = join(import.meta.dirname, 'power-loss', 'without-sync.ts');
  const script = join(import.meta.dirname, 'busy-store-child.ts');
  for (let life = 0; life < lives; life += 1) {
    const acknowledged = openSync(join(dataDir, 'acknowledged'), 'a');
    const args = ['--import', hook, script, dataDir, String(life), String(lines)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', acknowledged, 'inherit'], env });
    closeSync(acknowledged);
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  }
  rmSync(dataDir, { recursive: true });
  return readWriteLog(readFileSync(log));
}

/** What the store has acknowledged up to a cut. */
class Acknowledged {
  readonly queued = new Set<string>();
  readonly confirming = new Set<string>();
  readonly confirmed = new Set<string>();

  read(lines: string): void {
    for (const line of lines.trim().split('\n')) {
      const [word, id = ''] = line.split(' ');
      if (word === 'queued' || word === 'confirming' || word === 'confirmed') this[word].add(id);
      else throw new Error(`the store said ${line}`);
    }
  }

  /** What a store that holds these messages has lost, or brings again although it was proven. */
  violationsIn(kept: ReadonlySet<string>): string[] {
    const lost = this.queued.difference(this.confirming).difference(kept);
    return [
      ...[...lost].map((id) => `lost ${id}`),
      ...[...this.confirmed.intersection(kept)].map((id) => `again ${id}`),
    ];
  }
}

/** Opens what is left with the store as it is, and reads every message. */
async function messagesIn(files: ReadonlyMap<string, Buffer>): Promise<Set<string>> {
  const dataDir = join(folder, 'after');
  mkdirSync(dataDir, { mode: 0o700 });
  for (const [name, bytes] of files) {
    if (name.startsWith('relay.db') || name === 'relay.initialised') writeFileSync(join(dataDir, name), bytes);
  }
  try {
    const store = await openSqliteStore({ dataDir, listener: { onRelieved() {}, onFatal() {} } });
    const kept = new Set<string>();
    for (const { userId, target, messages } of await store.queue.depths()) {
      for (const { payload } of await store.queue.list(userId, target, messages, 1000)) {
        kept.add(Buffer.from(payload).toString().trim());
      }
    }
    await store.close();
    return kept;
  } finally {
    rmSync(dataDir, { recursive: true });
  }
}

/** Cuts the power so many times at random moments; returns what was wrong after each cut that was not survived. */
async function cutPower(operations: readonly DiskOperation[], times: number, random: Random): Promise<string[]> {
  const moments = new Map<number, number>();
  for (let n = 0; n < times; n += 1) {
    const moment = Math.floor(random() * operations.length);
    moments.set(moment, (moments.get(moment) ?? 0) + 1);
  }
  const disk = new SimulatedDisk();
  const acknowledged = new Acknowledged();
  const failures: string[] = [];
  for (const [index, operation] of operations.entries()) {
    if (operation.name === 'acknowledged' && operation.kind === 'write') acknowledged.read(operation.data.toString());
    else disk.apply(operation);
    for (let n = moments.get(index) ?? 0; n > 0; n -= 1) {
      const violations = await messagesIn(disk.afterPowerCut(random)).then(
        (kept) => acknowledged.violationsIn(kept),
        (error: unknown) => [String(error)],
      );
      if (violations.length > 0) failures.push(`after operation ${index}: ${violations.slice(0, 3).join(', ')}`);
    }
  }
  return failures;
}

describe.runIf(hasTool('cc'))('FAULTS 2: power loss', { timeout: 120_000 + cuts * 2000 }, () => {
  it(`${cuts} cuts lose nothing that was acknowledged, and bring back nothing that was proven (seed ${seed})`, async () => {
    const operations = await record();
    const writesBack = operations.filter(({ kind, name }) => kind === 'sync' && name === 'relay.db').length;
    expect(writesBack).toBeGreaterThan(5);
    expect(await cutPower(operations, cuts, createRandom(seed))).toEqual([]);
  });

  it.each(['OFF', 'NORMAL'] as const)(
    'the same replay fails with synchronous=%s, so it proves something',
    async (mode) => {
      const failures = await cutPower(await record(mode), 30, createRandom(seed));
      expect(failures.length).toBeGreaterThan(5);
    },
  );
});
