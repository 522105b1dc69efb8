/**
 * FAULTS 5: every bit of every record of a small store is flipped, one at a time. Whatever it was: nothing comes to a wrong target or
 * changed, what is lost is told, and everything else is there. The store is opened as its thread opens it.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFolderAt } from '../../src/server/store/data-folder.ts';
import { openTables, type Tables } from '../../src/server/store/open-tables.ts';
import type { StoreEvent } from '../../src/server/store/operations.ts';
import type { QueueName } from '../../src/server/store/queue-records.ts';
import { type DirectoryChange, type DirectorySnapshot, StoreOpenError } from '../../src/server/store/store.ts';
import { claimAll } from '../server/store-samples.ts';
import { type RecordBytes, recordBytesIn } from './bit-flips/record-bytes.ts';

let dataDir: string;
let file: string;
let whole: Buffer;
let records: readonly RecordBytes[];
let original: DirectorySnapshot;

/** Names that one bit makes out of each other, and what waits for each; numbered by user, in this order. */
const waiting = [
  { userId: 'u1', target: 't0', seq: 1, text: 'one' },
  { userId: 'u1', target: 't0', seq: 2, text: 'two' },
  { userId: 'u1', target: 't1', seq: 3, text: 'one' },
  { userId: 'u2', target: 't0', seq: 1, text: 'one' },
] as const;

const nameOf = ({ userId, target }: QueueName) => `${userId} ${target}`;

const changes: readonly DirectoryChange[] = [
  { change: 'put-user', user: { userId: 'u1', name: 'ada', limits: { queue_messages: 7 }, createdAtMs: 1.5 } },
  { change: 'put-user', user: { userId: 'u2', name: 'bob', limits: {}, createdAtMs: 2.5 } },
  { change: 'put-key', key: { keyId: 'k0', kind: 'master', userId: 'u1', hash: Buffer.alloc(4, 1), createdAtMs: 3.5 } },
  { change: 'put-key', key: { keyId: 'k1', kind: 'admin', hash: Buffer.alloc(4, 2), createdAtMs: 4 } },
  {
    change: 'put-key',
    key: { keyId: 'k2', kind: 'device', userId: 'u1', clientId: 't0', hash: Buffer.alloc(4, 3), createdAtMs: 5 },
  },
  { change: 'put-device', device: { userId: 'u1', clientId: 't0', createdAtMs: 6, lastSeenAtMs: 7.5 } },
  { change: 'put-device', device: { userId: 'u1', clientId: 't1', createdAtMs: 6 } },
];

function open(onEvent: (event: StoreEvent) => void = () => {}): Tables<DatabaseSync> {
  return openTables({ folder: dataFolderAt(dataDir), connect: (path) => new DatabaseSync(path), onEvent });
}

function enqueue({ queues }: Tables<DatabaseSync>, { userId, target }: QueueName, text: string): number {
  const times = { queuedAtMs: 1000.5, expiresAtMs: 1e12 };
  const rest = { sender: 'pc', messageId: `id-${text}`, payloadStart: 0, payloadBytes: text.length, ...times };
  const seq = queues.enqueue({ name: 'enqueue', userId, target, ...rest }, Buffer.from(text));
  queues.beforeCommit();
  return seq;
}

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'relay-flips-'));
  file = join(dataDir, 'relay.db');
  writeFileSync(file, '');
  const tables = open();
  for (const { text, ...name } of waiting) enqueue(tables, name, text);
  for (const change of changes) tables.directory.apply(change);
  original = tables.directory.load();
  // One message has been handed out once.
  tables.queues.claim({ name: 'claim', ...claimAll({ userId: 'u1', target: 't0', messagesMax: 1 }) });
  tables.database.close();
  whole = readFileSync(file);
  records = recordBytesIn(file);
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** Opens the file with one bit flipped; undefined when that is refused, which must be in the one sentence. */
function openFlipped(bit: number, events: StoreEvent[]): Tables<DatabaseSync> | undefined {
  const bytes = Buffer.from(whole);
  const at = bit >> 3;
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (bit & 7)), at);
  rmSync(`${file}-wal`, { force: true });
  writeFileSync(file, bytes);
  try {
    return open((event) => events.push(event));
  } catch (error) {
    if (!(error instanceof StoreOpenError)) throw error;
    expect(error.message).toMatch(/relay\.db is damaged \(.*`relay restore FILE --data DIR`/);
    return undefined;
  } finally {
    checkCopies(events, bytes);
  }
}

/** What was mended is kept as it was found, and a start that mends nothing leaves nothing, however often it is tried. */
function checkCopies(events: readonly StoreEvent[], bytes: Buffer): void {
  const copies = readdirSync(dataDir).filter((name) => name.startsWith('relay.db.damaged-'));
  expect(copies.map((name) => join(dataDir, name))).toEqual(
    events.flatMap((event) => ('copy' in event ? event.copy : [])),
  );
  for (const name of copies) {
    expect(readFileSync(join(dataDir, name)).equals(bytes)).toBe(true);
    rmSync(join(dataDir, name));
  }
}

/** Takes everything out of every queue that is there or was: all of it as it was queued, or ended as damaged. */
function drain({ queues }: Tables<DatabaseSync>): { readonly delivered: number; readonly lost: number } {
  let [delivered, lost] = [0, 0];
  const found = [...waiting, ...queues.depths()].map(({ userId, target }) => ({ userId, target }));
  for (const name of new Map(found.map((name) => [nameOf(name), name])).values()) {
    const { messages, ended } = queues.claim({ name: 'claim', ...claimAll({ ...name, nowMs: 2000 }) });
    for (const { seq, payload, sender, messageId, queuedAtMs, attempts } of messages) {
      const text = Buffer.from(payload).toString();
      expect(waiting).toContainEqual({ ...name, seq, text });
      expect({ sender, messageId, queuedAtMs }).toEqual({ sender: 'pc', messageId: `id-${text}`, queuedAtMs: 1000.5 });
      expect([1, 2]).toContain(attempts);
    }
    expect(new Set(messages.map(({ seq }) => seq)).size).toBe(messages.length);
    for (const { reason } of ended) expect(reason).toBe('damaged');
    delivered += messages.length;
    lost += ended.length;
    queues.confirm({ name: 'confirm', ...name, throughSeq: Number.MAX_SAFE_INTEGER });
  }
  expect(queues.depths()).toEqual([]);
  return { delivered, lost };
}

/** What may be lost with a bit of a record: the message that it is in, the queue whose name it is, or nothing. */
const lossAtMost: Readonly<Record<string, number>> = { message: 1, queue: 2 };
const directory = ['user_account', 'access_key', 'device'];
const tables = ['queue', 'message', 'attempt', 'numbering', ...directory];

function checkFlip(record: RecordBytes, bit: number): 'opened' | 'refused' {
  const events: StoreEvent[] = [];
  const opened = openFlipped(bit, events);
  if (opened === undefined) return 'refused';
  try {
    // One transaction that is never committed, because each commit costs a sync.
    opened.database.exec('BEGIN');
    checkOpened(opened, events, record);
    opened.database.exec('ROLLBACK');
  } finally {
    opened.database.close();
  }
  return 'opened';
}

function checkOpened(opened: Tables<DatabaseSync>, events: readonly StoreEvent[], { tree, part }: RecordBytes): void {
  const told = events.filter((event) => event.event === 'record-damaged');
  const { delivered, lost } = drain(opened);
  const lostAtOpening = told.reduce((sum, { messages = 0 }) => sum + messages, 0);
  expect(delivered + lost + lostAtOpening).toBe(waiting.length);
  const { users, keys, devices } = opened.directory.load();
  expect(original.users).toEqual(expect.arrayContaining([...users]));
  expect(original.keys).toEqual(expect.arrayContaining([...keys]));
  expect(original.devices).toEqual(expect.arrayContaining([...devices]));
  const missing = changes.length - users.length - keys.length - devices.length;
  const lostRecords = events.filter((event) => event.event === 'record-damaged' && directory.includes(event.table));
  expect(lostRecords).toHaveLength(missing);
  expect(missing).toBeLessThanOrEqual(directory.includes(tree) ? 1 : 0);
  if (part === 'values') {
    expect(lost + lostAtOpening).toBeLessThanOrEqual(lossAtMost[tree] ?? 0);
    // Nothing of a table goes without a word; an index is made again from its table.
    expect(lost + missing + told.length > 0).toBe(tables.includes(tree));
  }
  // Numbers go on above all that were given out before.
  expect(enqueue(opened, waiting[0], 'next')).toBeGreaterThan(3);
  expect(enqueue(opened, waiting[3], 'next')).toBeGreaterThan(1);
}

describe('FAULTS 5: each bit of each record, flipped', { timeout: 300_000 }, () => {
  const indexes = ['queue_by_name', 'message_by_queue', 'message_by_expiry', 'access_key_by_owner'];

  it.each([...tables, ...indexes])('in a value of %s: costs at most that record, and that is told', (tree) => {
    const parts = records.filter((record) => record.tree === tree && record.part === 'values');
    expect(parts.length).toBeGreaterThan(0);
    for (const part of parts) {
      for (let bit = part.from * 8; bit < part.to * 8; bit += 1)
        expect(checkFlip(part, bit), `bit ${bit}`).toBe('opened');
    }
  });

  it('in the lengths and types of a record: the same, or the file is refused', () => {
    const parts = records.filter(({ part }) => part === 'structure');
    const endings = parts.flatMap((part) =>
      Array.from({ length: (part.to - part.from) * 8 }, (_, n) => checkFlip(part, part.from * 8 + n)),
    );
    expect(new Set(endings)).toEqual(new Set(['opened', 'refused']));
  });
});
