import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { prepareQueueStatements } from '../../src/server/store/queue-statements.ts';
import { migrate, migrations } from '../../src/server/store/schema.ts';

/** Every statement about queues that is prepared, and how SQLite will run it. */
function plans(): Map<string, string> {
  const database = new DatabaseSync(':memory:');
  for (const step of migrations) migrate(database, 0, step);
  const found = new Map<string, string>();
  prepareQueueStatements({
    isTransaction: false,
    exec: (statements) => database.exec(statements),
    prepare(statement) {
      const plan = database.prepare(`EXPLAIN QUERY PLAN ${statement}`).all();
      found.set(statement, plan.map(({ detail }) => detail).join('; '));
      return database.prepare(statement);
    },
    close: () => database.close(),
  });
  database.close();
  return found;
}

describe('the cost of a statement', () => {
  it('does not grow with the other queues: each finds its rows by an index, in order', () => {
    const growing = [...plans()].filter(([, plan]) => /SCAN (?!CONSTANT)|TEMP B-TREE/.test(plan));
    // The depths of all queues are read once, at the start.
    expect(growing.map(([statement]) => statement).filter((statement) => !/GROUP BY queue_id/.test(statement))).toEqual(
      [],
    );
    expect(growing).toHaveLength(1);
    expect(plans().size).toBeGreaterThan(15);
  });
});
