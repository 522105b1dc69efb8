import type { SqlDatabase } from './sql.ts';

/**
 * Who holds what lasts no longer than the process, so it is a temporary table in memory: it takes part in transactions, costs
 * no write, and is empty after a restart.
 */
const handedTable = `
  PRAGMA temp_store = MEMORY;
  CREATE TEMP TABLE handed (record_id INTEGER PRIMARY KEY, queue_id INTEGER NOT NULL, seq INTEGER NOT NULL) STRICT;
  CREATE INDEX temp.handed_by_queue ON handed (queue_id, seq);`;

const notHanded = 'NOT EXISTS (SELECT 1 FROM temp.handed h WHERE h.record_id = m.record_id)';
const betweenNotHanded = `m.queue_id = ? AND m.seq BETWEEN ? AND ? AND ${notHanded}`;
const handedThrough = 'SELECT record_id FROM temp.handed WHERE queue_id = ? AND seq <= ?';
const record = 'm.seq, m.sender, m.message_id, m.queued_at_ms, m.expires_at_ms, m.checksum';
/** With the payload, because the checksum covers it: a message that ends may be a damaged one. */
const ending = `${record}, length(m.payload) AS payload_bytes, m.payload,
  coalesce((SELECT a.attempts FROM attempt a WHERE a.record_id = m.record_id), 0) AS attempts`;

export type QueueStatements = ReturnType<typeof prepareQueueStatements>;

/** Every statement about queues, prepared once. */
export function prepareQueueStatements(database: SqlDatabase) {
  database.exec(handedTable);
  return {
    findQueue: database.prepare('SELECT queue_id FROM queue WHERE user_id = ? AND target = ?'),
    addQueue: database.prepare('INSERT INTO queue (user_id, target) VALUES (?, ?)'),
    removeEmptyQueue: database.prepare(
      'DELETE FROM queue WHERE queue_id = ?1 AND NOT EXISTS (SELECT 1 FROM message WHERE queue_id = ?1)',
    ),
    targetsOfUser: database.prepare('SELECT target FROM queue WHERE user_id = ?'),
    addMessage: database.prepare(
      `INSERT INTO message (queue_id, seq, sender, message_id, queued_at_ms, expires_at_ms, checksum, payload)
       SELECT queue_id, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM queue WHERE user_id = ?1 AND target = ?2`,
    ),
    removeMessage: database.prepare('DELETE FROM message WHERE queue_id = ? AND seq = ?'),
    removeAttempt: database.prepare(
      'DELETE FROM attempt WHERE record_id IN (SELECT record_id FROM message WHERE queue_id = ? AND seq = ?)',
    ),
    countAttempts: database.prepare(
      `INSERT INTO attempt (record_id, attempts, checksum)
       SELECT m.record_id, 1, m.record_id + 1 FROM message m WHERE ${betweenNotHanded}
       ON CONFLICT (record_id) DO UPDATE SET attempts = attempts + 1, checksum = checksum + 1`,
    ),
    hand: database.prepare(
      `INSERT INTO temp.handed (record_id, queue_id, seq) SELECT m.record_id, m.queue_id, m.seq FROM message m WHERE ${betweenNotHanded}`,
    ),
    takeBackQueue: database.prepare('DELETE FROM temp.handed WHERE queue_id = ?'),
    waiting: database.prepare(
      `SELECT ${record}, length(m.payload) AS payload_bytes, m.payload, coalesce(a.attempts, 0) AS attempts
       FROM message m LEFT JOIN attempt a ON a.record_id = m.record_id
       WHERE m.queue_id = ? AND m.seq > ? AND ${notHanded} ORDER BY m.seq`,
    ),
    sumThrough: database.prepare(
      `SELECT count(*) AS messages, coalesce(sum(length(m.payload)), 0) AS payload_bytes
       FROM temp.handed h JOIN message m ON m.record_id = h.record_id WHERE h.queue_id = ? AND h.seq <= ?`,
    ),
    removeMessagesThrough: database.prepare(`DELETE FROM message WHERE record_id IN (${handedThrough})`),
    removeAttemptsThrough: database.prepare(`DELETE FROM attempt WHERE record_id IN (${handedThrough})`),
    takeBackThrough: database.prepare('DELETE FROM temp.handed WHERE queue_id = ? AND seq <= ?'),
    // The unary plus keeps the planner on the order of expiry, so that the limit ends the search.
    expired: database.prepare(
      `SELECT ${ending}, m.queue_id, q.user_id, q.target FROM message m JOIN queue q ON q.queue_id = +m.queue_id
       WHERE m.expires_at_ms <= ? AND ${notHanded} ORDER BY m.expires_at_ms, m.record_id LIMIT ?`,
    ),
    cancellable: database.prepare(`SELECT ${ending} FROM message m WHERE ${betweenNotHanded} ORDER BY m.seq`),
    removeMessagesOfQueue: database.prepare('DELETE FROM message WHERE queue_id = ?'),
    removeAttemptsOfQueue: database.prepare(
      'DELETE FROM attempt WHERE record_id IN (SELECT record_id FROM message WHERE queue_id = ?)',
    ),
    first: database.prepare(
      `SELECT ${record}, substr(m.payload, 1, ?2) AS payload, coalesce(a.attempts, 0) AS attempts,
         EXISTS (SELECT 1 FROM temp.handed h WHERE h.record_id = m.record_id) AS handed
       FROM message m LEFT JOIN attempt a ON a.record_id = m.record_id WHERE m.queue_id = ?1 ORDER BY m.seq LIMIT ?3`,
    ),
    depths: database.prepare(
      `SELECT q.user_id, q.target, d.messages, d.payload_bytes
       FROM (SELECT queue_id, count(*) AS messages, sum(length(payload)) AS payload_bytes FROM message GROUP BY queue_id) d
       JOIN queue q ON q.queue_id = d.queue_id`,
    ),
  };
}
