import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import { BatchRunner, DiskFailedError } from '../../src/server/store/batch-runner.ts';
import { DirectoryTables } from '../../src/server/store/directory-tables.ts';
import type { Operation, StoreEvent } from '../../src/server/store/operations.ts';
import { QueueTables } from '../../src/server/store/queue-tables.ts';
import { migrate, migrations } from '../../src/server/store/schema.ts';
import type { SqlDatabase } from '../../src/server/store/sql.ts';

/** Real SQLite in memory, whose statements can be made to fail as they do on a bad disk. */

class ResultCodeError extends Error {
  readonly errcode: number;
  constructor(errcode: number) {
    super(`result code ${errcode}`);
    this.errcode = errcode;
  }
}

const ioErrorOfFsync = 1034;
const busy = 5;

let database: DatabaseSync;
let executed: string[];
let events: StoreEvent[];
let room: { isFull: boolean; madeRoom: number; makeRoom(): void };
let failing: { statement: string; code: number } | undefined;
let runner: BatchRunner;

beforeEach(() => {
  database = new DatabaseSync(':memory:');
  executed = [];
  events = [];
  failing = undefined;
  room = {
    isFull: false,
    madeRoom: 0,
    makeRoom() {
      room.madeRoom += 1;
      room.isFull = true;
    },
  };
  const wrapped: SqlDatabase = {
    get isTransaction() {
      return database.isTransaction;
    },
    exec: (statements) => {
      executed.push(statements);
      if (failing?.statement === statements) throw new ResultCodeError(failing.code);
      database.exec(statements);
    },
    prepare: (statement) => database.prepare(statement),
    close: () => database.close(),
  };
  for (const step of migrations) migrate(wrapped, 0, step);
  const onEvent = (event: StoreEvent) => events.push(event);
  const queues = new QueueTables(wrapped);
  const directory = new DirectoryTables(wrapped, queues, onEvent);
  runner = new BatchRunner({ database: wrapped, queues, directory, room, onEvent });
  executed = [];
});

const payloads = new ArrayBuffer(64 * 1024);

function enqueue(payloadBytes = 10, target = 'pump'): Operation {
  return {
    name: 'enqueue',
    userId: 'u',
    target,
    sender: 's',
    queuedAtMs: 1,
    expiresAtMs: 1e9,
    payloadStart: 0,
    payloadBytes,
  };
}

const claim: Operation = {
  name: 'claim',
  userId: 'u',
  target: 'pump',
  afterSeq: 0,
  payloadBytesMax: 1e9,
  messagesMax: 1e9,
  attemptsMax: 3,
  takesOne: true,
  nowMs: 2,
};
const confirm: Operation = { name: 'confirm', userId: 'u', target: 'pump', throughSeq: 1e9 };

const run = (...operations: Operation[]) => runner.run({ operations, payloads });

describe('a batch', () => {
  it('is one transaction', () => {
    expect(run(enqueue(), enqueue(), confirm)).toEqual({
      results: [1, 2, { messages: 0, payloadBytes: 0 }],
      refusals: new Map(),
    });
    expect(executed).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
    expect(runner.isWritable).toBe(true);
  });

  it('with an operation that fails does the others, and numbers them as if that one had never been', () => {
    const impossible = enqueue(payloads.byteLength + 1);
    const { results, refusals } = run(enqueue(), impossible, enqueue(), claim);
    expect(results.slice(0, 3)).toEqual([1, undefined, 2]);
    expect(results[3]).toMatchObject({ messages: [{ seq: 1 }, { seq: 2 }] });
    expect([...refusals.keys()]).toEqual([1]);
    expect(events).toMatchObject([{ event: 'operation-failed', operation: 'enqueue' }]);
    expect(runner.isWritable).toBe(true);
  });

  it('that undoes the removal of a user keeps its numbers', () => {
    run(enqueue(), enqueue(), claim, confirm);
    const bad = { change: 'put-user', user: { userId: 'u2', name: Symbol('no text'), limits: {}, createdAtMs: 1 } };
    const removal = { name: 'apply', changes: [{ change: 'remove-user', userId: 'u' }, bad] };
    const apply: Operation = JSON.parse(JSON.stringify(removal));
    const { results, refusals } = run(apply, enqueue());
    expect([...refusals.keys()]).toEqual([0]);
    expect(results[1]).toBe(3);
  });

  it('applies all changes of the directory or none', () => {
    const bad = { change: 'put-user', user: { userId: 'u2', name: Symbol('no text'), limits: {}, createdAtMs: 1 } };
    const good = { change: 'put-user', user: { userId: 'u1', name: 'ada', limits: {}, createdAtMs: 1 } };
    // A type that the checker would not let through stands for any statement that SQLite refuses.
    const apply: Operation = JSON.parse(JSON.stringify({ name: 'apply', changes: [good, bad] }));
    const { results, refusals } = run(apply, { name: 'load' });
    expect([...refusals.keys()]).toEqual([0]);
    expect(results[1]).toEqual({ users: [], keys: [], devices: [] });
  });

  it('that cannot be committed is refused as a whole, and the next one is tried', () => {
    failing = { statement: 'COMMIT', code: busy };
    expect([...run(enqueue(), enqueue()).refusals.keys()]).toEqual([0, 1]);
    expect(runner.isWritable).toBe(false);
    failing = undefined;
    expect(run(enqueue()).results).toEqual([1]);
    expect(runner.isWritable).toBe(true);
  });

  it('that meets a failed fsync ends the store: nothing is tried after it', () => {
    failing = { statement: 'COMMIT', code: ioErrorOfFsync };
    expect(() => run(enqueue())).toThrow(DiskFailedError);
    expect(executed).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
  });

  it.each([
    ['a malformed page', 11],
    ['an index that lacks an entry', 779],
    ['no database at all', 26],
    ['a place that cannot be read', 266],
    ['a file that became shorter', 522],
  ])('that meets %s ends the store, and no other batch is committed', (_what, code) => {
    failing = { statement: 'COMMIT', code };
    expect(() => run(enqueue())).toThrow(`result code ${code}`);
    expect(executed).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
  });

  it('in which one operation alone meets damage ends the store, too', () => {
    // The first try fails of something else; the second one, with a savepoint before each operation, meets the damage.
    failing = { statement: 'RELEASE operation', code: 11 };
    expect(() => run(enqueue(payloads.byteLength + 1), { name: 'flush' })).toThrow('result code 11');
  });
});

describe('a full disk', () => {
  function fillUp(): void {
    run(...Array.from({ length: 50 }, () => enqueue(2000)));
    const row = database.prepare('PRAGMA page_count').get();
    database.exec(`PRAGMA max_page_count = ${row?.page_count}`);
  }

  it('refuses messages; deliveries go through, and make room', () => {
    fillUp();
    const { results, refusals } = run(enqueue(60_000), claim, enqueue(60_000), confirm);
    expect([...refusals.keys()]).toEqual([0, 2]);
    expect(refusals.get(0)).toMatch(/disk.*full/);
    expect(results[3]).toEqual({ messages: 50, payloadBytes: 100_000 });
    expect(room.madeRoom).toBe(1);
    expect(runner.isWritable).toBe(false);
    room.isFull = false;
    expect(run(enqueue(60_000)).results).toEqual([51]);
    expect(runner.isWritable).toBe(true);
  });

  it('that is known refuses messages without trying them', () => {
    room.isFull = true;
    expect([...run(enqueue(), confirm).refusals.keys()]).toEqual([0]);
    expect(executed).toEqual(['BEGIN IMMEDIATE', 'COMMIT']);
    expect(room.madeRoom).toBe(0);
  });

  it('that takes not even a delivery refuses everything, and does not end the store', () => {
    failing = { statement: 'COMMIT', code: 13 };
    expect([...run(enqueue(), claim).refusals.keys()]).toEqual([0, 1]);
    expect(runner.isWritable).toBe(false);
    failing = undefined;
    room.isFull = false;
    expect(run(enqueue()).results).toEqual([1]);
  });
});
