/**
 * Inserts a second into the store, and what the event loop feels of them: ours, and beside it `node:sqlite` as one would first
 * write it, on the main thread with one transaction an insert. Interleaved rounds, medians; `node test/bench/store.ts`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { openSqliteStore } from '../../src/server/store/sqlite-store.ts';

const payload = Buffer.alloc(1024, 'x');
const targets = 2000;
const rounds = 5;
const roundMs = 1000;

interface Figures {
  readonly perSecond: number;
  readonly worstDelayMs: number;
}

interface Contender {
  insert(index: number): Promise<unknown>;
  close(): Promise<void>;
}

async function openOurs(dataDir: string): Promise<Contender> {
  const onFatal = (reason: string) => {
    throw new Error(reason);
  };
  const store = await openSqliteStore({ dataDir, listener: { onRelieved() {}, onFatal } });
  return {
    insert: (index) =>
      store.queue.enqueue({
        userId: 'f3b1c2d4e5f60718',
        target: `sensor-${index % targets}`,
        sender: 'controller',
        payload,
        queuedAtMs: Date.now(),
        expiresAtMs: Date.now() + 86_400_000,
      }),
    close: () => store.close(),
  };
}

/** As safe as ours against a power cut, and written in five minutes. */
async function openNaive(dataDir: string): Promise<Contender> {
  const database = new DatabaseSync(join(dataDir, 'naive.db'));
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE message (seq INTEGER PRIMARY KEY AUTOINCREMENT, user_id TEXT, target TEXT, sender TEXT,
      queued_at_ms REAL, expires_at_ms REAL, payload BLOB);
    CREATE INDEX message_by_target ON message (user_id, target);
    CREATE INDEX message_by_expiry ON message (expires_at_ms);`);
  const insert = database.prepare(
    'INSERT INTO message (user_id, target, sender, queued_at_ms, expires_at_ms, payload) VALUES (?, ?, ?, ?, ?, ?)',
  );
  return {
    insert: async (index) => {
      const now = Date.now();
      const target = `sensor-${index % targets}`;
      insert.run('f3b1c2d4e5f60718', target, 'controller', now, now + 86_400_000, payload);
      // Its answer is there at once; others get their turn as often as ours gives it to them.
      await setImmediate();
    },
    close: async () => database.close(),
  };
}

/** Keeps so many inserts under way, each sender waiting for its answer. */
async function measure(open: (dataDir: string) => Promise<Contender>, inFlight: number): Promise<Figures> {
  const dataDir = mkdtempSync(join(tmpdir(), 'relay-bench-'));
  const contender = await open(dataDir);
  let inserts = 0;
  const until = performance.now() + roundMs;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (performance.now() < until) {
        inserts += 1;
        await contender.insert(inserts);
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  // The delay is only known once the loop turns again.
  await setTimeout(10);
  delay.disable();
  await contender.close();
  rmSync(dataDir, { recursive: true });
  return { perSecond: inserts / seconds, worstDelayMs: delay.max / 1e6 };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function medians(figures: readonly Figures[]): Figures {
  return {
    perSecond: median(figures.map(({ perSecond }) => perSecond)),
    worstDelayMs: median(figures.map(({ worstDelayMs }) => worstDelayMs)),
  };
}

/** The table in Markdown. */
export async function benchStore(): Promise<string> {
  const lines = [
    '| 1 KiB messages in flight | inserts/s | worst event loop delay | main thread, autocommit | worst delay | ratio |',
    '|---|---|---|---|---|---|',
  ];
  for (const inFlight of [1, 64, 1000]) {
    const ours: Figures[] = [];
    const naive: Figures[] = [];
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await measure(openOurs, inFlight));
      naive.push(await measure(openNaive, inFlight));
    }
    const [own, other] = [medians(ours), medians(naive)];
    const cells = [
      inFlight,
      Math.round(own.perSecond),
      `${own.worstDelayMs.toFixed(0)} ms`,
      Math.round(other.perSecond),
      `${other.worstDelayMs.toFixed(0)} ms`,
      (own.perSecond / other.perSecond).toFixed(1),
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
}

if (import.meta.main) process.stdout.write(`${await benchStore()}\n`);
