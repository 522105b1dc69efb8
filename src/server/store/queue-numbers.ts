import { checksumOf } from './checksum.ts';
import { numberIn, type SqlDatabase, type SqlRow, singleNumber, textIn } from './sql.ts';

/** The user of the row that says above which number everybody begins who has no row yet. No user has this id. */
export const everybody = '';

interface Numbering {
  /** Missing until the first save. */
  rowId?: number;
  lastSeq: number;
}

/**
 * The numbers of messages (PROTOCOL B `_seq`), counted for each user: one counter of all would tell each of them how much the
 * others queue, and one for each target would have to be kept for every name that was ever written to. A user's counter lasts
 * until the user is removed. What is here is what the transaction has done so far; it is written once a transaction, not once a
 * message, and read again after a rollback.
 */
export class QueueNumbers {
  readonly #sql;
  readonly #numberings = new Map<string, Numbering>();
  readonly #unsaved = new Set<string>();

  constructor(database: SqlDatabase) {
    this.#sql = {
      all: database.prepare('SELECT numbering_id, user_id, last_seq FROM numbering'),
      add: database.prepare('INSERT INTO numbering (user_id, last_seq, checksum) VALUES (?, ?, ?)'),
      set: database.prepare('UPDATE numbering SET last_seq = ?, checksum = ? WHERE numbering_id = ?'),
      remove: database.prepare('DELETE FROM numbering WHERE numbering_id = ?'),
    };
    this.reload();
  }

  /** The number of the user's next message, which is taken with `take`. */
  next(userId: string): number {
    const { lastSeq = 0 } = this.#numberings.get(userId) ?? this.#numberings.get(everybody) ?? {};
    return lastSeq + 1;
  }

  take(userId: string, seq: number): void {
    const numbering = this.#numberings.get(userId);
    if (numbering === undefined) this.#numberings.set(userId, { lastSeq: seq });
    else numbering.lastSeq = seq;
    this.#unsaved.add(userId);
  }

  remove(userId: string): void {
    const { rowId } = this.#numberings.get(userId) ?? {};
    if (rowId !== undefined) this.#sql.remove.run(rowId);
    this.#numberings.delete(userId);
    this.#unsaved.delete(userId);
  }

  save(): void {
    for (const userId of this.#unsaved) {
      const numbering = this.#numberings.get(userId);
      if (numbering === undefined) continue;
      const { rowId, lastSeq } = numbering;
      const checksum = numberingChecksum(userId, lastSeq);
      if (rowId !== undefined) this.#sql.set.run(lastSeq, checksum, rowId);
      else numbering.rowId = Number(this.#sql.add.run(userId, lastSeq, checksum).lastInsertRowid);
    }
    this.#unsaved.clear();
  }

  reload(): void {
    this.#unsaved.clear();
    this.#numberings.clear();
    for (const row of this.#sql.all.all()) {
      const numbering = { rowId: numberIn(row, 'numbering_id'), lastSeq: numberIn(row, 'last_seq') };
      this.#numberings.set(textIn(row, 'user_id'), numbering);
    }
  }
}

/**
 * Whoever has no counter goes on from the clock's microseconds, because nobody knows how far it had come: that is above all that was
 * ever counted, since no user has queued a message in each microsecond since 1970. Numbers stay safe integers until the year 2255.
 */
export function beginAtClock(database: SqlDatabase, nowMs: number): void {
  const begun = singleNumber(database, `SELECT ifnull(max(last_seq), 0) FROM numbering WHERE user_id = '${everybody}'`);
  database.prepare('DELETE FROM numbering WHERE user_id = ?').run(everybody);
  const lastSeq = Math.max(begun, Math.floor(nowMs * 1000));
  const add = database.prepare('INSERT INTO numbering (user_id, last_seq, checksum) VALUES (?, ?, ?)');
  add.run(everybody, lastSeq, numberingChecksum(everybody, lastSeq));
}

/**
 * The same for everybody, in a store that is a copy: what was numbered after it was made is remembered by clients, and a number is
 * never given to another message (PROTOCOL B `_seq`).
 */
export function goOnFromClock(database: SqlDatabase, nowMs: number): void {
  const highest = singleNumber(database, 'SELECT ifnull(max(last_seq), 0) FROM numbering');
  database.exec('DELETE FROM numbering');
  beginAtClock(database, Math.max(nowMs, highest / 1000));
}

export function isNumberingDamaged({ user_id, last_seq, checksum }: SqlRow): boolean {
  if (typeof user_id !== 'string' || typeof last_seq !== 'number') return true;
  return checksum !== numberingChecksum(user_id, last_seq);
}

export function numberingChecksum(userId: string, lastSeq: number): number {
  return checksumOf([userId]) + lastSeq;
}
