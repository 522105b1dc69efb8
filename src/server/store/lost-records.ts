import type { StoreEvent } from './operations.ts';
import { beginAtClock, isNumberingDamaged } from './queue-numbers.ts';
import { isDamaged } from './queue-records.ts';
import { numberIn, type SqlDatabase, type SqlRow } from './sql.ts';

export interface LostRecordsOptions {
  readonly database: SqlDatabase;
  readonly onEvent: (event: StoreEvent) => void;
  /** Looks at every message, not only at one of each queue; for a file that is known to have been damaged. */
  readonly isThorough: boolean;
  /** Wall clock. */
  readonly nowMs: number;
}

/**
 * Removes and tells what no operation would ever meet: messages whose queue has lost its name, so that they would wait, and count,
 * for nobody. A name is right when a message of the queue says so: its checksum covers user and target. So one sound message a
 * queue is read at opening, and a queue that has none is lost with all of them, because none of them could be delivered. The
 * same for counts of attempts and for the counters of numbers (FAULTS 5).
 */
export function removeLostRecords(options: LostRecordsOptions): void {
  removeLostQueues(options);
  removeLostAttempts(options);
  removeLostNumberings(options);
}

function removeLostQueues({ database, onEvent, isThorough }: LostRecordsOptions): void {
  const queues = database.prepare(
    `SELECT d.queue_id, d.messages, q.user_id, q.target
     FROM (SELECT queue_id, count(*) AS messages FROM message GROUP BY queue_id) d
     LEFT JOIN queue q ON q.queue_id = d.queue_id`,
  );
  const messagesOf = database.prepare('SELECT * FROM message WHERE queue_id = ? ORDER BY seq');
  const removeMessages = database.prepare('DELETE FROM message WHERE queue_id = ?');
  const removeMessage = database.prepare('DELETE FROM message WHERE record_id = ?');
  for (const queue of queues.all()) {
    const queueId = numberIn(queue, 'queue_id');
    const { hasSound, damaged } = inspectQueue(queue, messagesOf.iterate(queueId), isThorough);
    if (!hasSound) {
      removeMessages.run(queueId);
      const messages = numberIn(queue, 'messages');
      onEvent({ event: 'record-damaged', table: 'queue', record: `number ${queueId}${namesIn(queue)}`, messages });
      continue;
    }
    if (!isThorough) continue;
    for (const { recordId, seq } of damaged) {
      removeMessage.run(recordId);
      const record = `number ${seq}${namesIn(queue)}`;
      onEvent({ event: 'record-damaged', table: 'message', record, messages: 1 });
    }
  }
  database.exec('DELETE FROM queue WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.queue_id = queue.queue_id)');
}

interface InspectedQueue {
  readonly hasSound: boolean;
  /** Those that were met. */
  readonly damaged: readonly { readonly recordId: number; readonly seq: string }[];
}

/** Reads the messages of a queue, all of them or up to the first sound one. */
function inspectQueue(queue: SqlRow, messages: Iterable<SqlRow>, isThorough: boolean): InspectedQueue {
  const { user_id: userId, target } = queue;
  const damaged: { recordId: number; seq: string }[] = [];
  if (typeof userId !== 'string' || typeof target !== 'string') return { hasSound: false, damaged };
  let hasSound = false;
  for (const message of messages) {
    if (isDamaged(message, { userId, target })) {
      damaged.push({ recordId: numberIn(message, 'record_id'), seq: String(message.seq) });
    } else hasSound = true;
    if (hasSound && !isThorough) break;
  }
  return { hasSound, damaged };
}

/** The target may be what was damaged; it is said nevertheless, for whoever looks for what is missing. */
function namesIn({ target }: SqlRow): string {
  return typeof target === 'string' ? ` for ${target}` : '';
}

/** A message of which nobody knows any more how often it was handed out is handed out as if it never had been. */
function removeLostAttempts({ database, onEvent }: LostRecordsOptions): void {
  for (const { record_id: id } of database
    .prepare('SELECT record_id FROM attempt WHERE checksum <> record_id + attempts')
    .all()) {
    onEvent({ event: 'record-damaged', table: 'attempt', record: `of record ${String(id)}` });
  }
  database.exec(
    `DELETE FROM attempt WHERE checksum <> record_id + attempts
       OR NOT EXISTS (SELECT 1 FROM message m WHERE m.record_id = attempt.record_id)`,
  );
}

/** Nobody knows whose a damaged counter was. */
function removeLostNumberings({ database, onEvent, nowMs }: LostRecordsOptions): void {
  const rows = database.prepare('SELECT numbering_id, user_id, last_seq, checksum FROM numbering').all();
  const damaged = rows.filter(isNumberingDamaged);
  if (damaged.length === 0) return;
  const remove = database.prepare('DELETE FROM numbering WHERE numbering_id = ?');
  for (const row of damaged) {
    remove.run(numberIn(row, 'numbering_id'));
    onEvent({ event: 'record-damaged', table: 'numbering', record: `of user ${String(row.user_id)}` });
  }
  beginAtClock(database, nowMs);
}
