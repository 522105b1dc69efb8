import { checksumOf } from './checksum.ts';
import type { OperationOf } from './operations.ts';
import { QueueNumbers } from './queue-numbers.ts';
import { claimedOf, damagedOf, encodeMessageId, endedOf, isDamaged, type QueueName } from './queue-records.ts';
import { prepareQueueStatements, type QueueStatements } from './queue-statements.ts';
import { numberIn, type SqlDatabase, type SqlRow, textIn } from './sql.ts';
import type { Claim, ClaimedMessage, Confirmed, EndedMessage, QueueDepth, QueuedEntry } from './store.ts';

/** The queues in SQL. Each method is one operation inside the transaction of its batch. */
export class QueueTables {
  readonly #sql: QueueStatements;
  readonly #numbers: QueueNumbers;

  constructor(database: SqlDatabase) {
    this.#sql = prepareQueueStatements(database);
    this.#numbers = new QueueNumbers(database);
  }

  /** Called before what was done is committed, or becomes part of what is. */
  beforeCommit(): void {
    this.#numbers.save();
  }

  /** Called when something was undone. */
  afterRollback(): void {
    this.#numbers.reload();
  }

  depths(): readonly QueueDepth[] {
    return this.#sql.depths.all().map((row) => ({
      userId: textIn(row, 'user_id'),
      target: textIn(row, 'target'),
      messages: numberIn(row, 'messages'),
      payloadBytes: numberIn(row, 'payload_bytes'),
    }));
  }

  enqueue(message: OperationOf<'enqueue'>, payload: Uint8Array): number {
    const { userId, target, sender, queuedAtMs, expiresAtMs } = message;
    const messageId = encodeMessageId(message.messageId);
    const seq = this.#numbers.next(userId);
    const checksum = checksumOf([userId, target, sender, messageId, queuedAtMs, expiresAtMs], payload) + seq;
    const values = [userId, target, seq, sender, messageId, queuedAtMs, expiresAtMs, checksum, payload] as const;
    if (this.#sql.addMessage.run(...values).changes === 0) {
      this.#sql.addQueue.run(userId, target);
      this.#sql.addMessage.run(...values);
    }
    this.#numbers.take(userId, seq);
    return seq;
  }

  claim(request: OperationOf<'claim'>): Claim {
    const messages: ClaimedMessage[] = [];
    const ended: EndedMessage[] = [];
    const queueId = this.#queueIdOf(request);
    if (queueId === undefined) return { messages, ended };
    let payloadBytes = 0;
    for (const row of this.#sql.waiting.iterate(queueId, request.afterSeq)) {
      const ending = endingAtClaim(row, request);
      if (ending !== undefined) {
        ended.push(ending);
        continue;
      }
      const message = claimedOf(row);
      payloadBytes += message.payload.byteLength;
      const fits = payloadBytes <= request.payloadBytesMax && messages.length < request.messagesMax;
      if (!fits && (messages.length > 0 || !request.takesOne)) break;
      messages.push(message);
    }
    // Only now, because the rows under a statement that still reads must not change.
    this.#remove(queueId, ended);
    this.#hand(queueId, messages);
    return { messages, ended };
  }

  confirm({ throughSeq, ...name }: OperationOf<'confirm'>): Confirmed {
    const queueId = this.#queueIdOf(name);
    const row = queueId === undefined ? undefined : this.#sql.sumThrough.get(queueId, throughSeq);
    if (queueId === undefined || row === undefined) return { messages: 0, payloadBytes: 0 };
    this.#sql.removeMessagesThrough.run(queueId, throughSeq);
    this.#sql.removeAttemptsThrough.run(queueId, throughSeq);
    this.#sql.takeBackThrough.run(queueId, throughSeq);
    this.#sql.removeEmptyQueue.run(queueId);
    return { messages: numberIn(row, 'messages'), payloadBytes: numberIn(row, 'payload_bytes') };
  }

  release(name: QueueName): void {
    const queueId = this.#queueIdOf(name);
    if (queueId !== undefined) this.#sql.takeBackQueue.run(queueId);
  }

  expire({ nowMs, messagesMax }: OperationOf<'expire'>): readonly EndedMessage[] {
    const expired: { readonly queueId: number; readonly ended: EndedMessage }[] = [];
    for (const row of this.#sql.expired.iterate(nowMs, messagesMax)) {
      const name = { userId: textIn(row, 'user_id'), target: textIn(row, 'target') };
      expired.push({ queueId: numberIn(row, 'queue_id'), ended: endedOf(row, name, 'expired') });
    }
    for (const { queueId, ended } of expired) this.#remove(queueId, [ended]);
    return expired.map(({ ended }) => ended);
  }

  list({ messagesMax, payloadBytesMax, ...name }: OperationOf<'list'>): readonly QueuedEntry[] {
    const queueId = this.#queueIdOf(name);
    if (queueId === undefined) return [];
    return this.#sql.first.all(queueId, payloadBytesMax, messagesMax).map((row) => ({
      ...claimedOf(row),
      expiresAtMs: numberIn(row, 'expires_at_ms'),
      attempts: numberIn(row, 'attempts'),
      handed: numberIn(row, 'handed') === 1,
    }));
  }

  cancel({ seq, ...name }: OperationOf<'cancel'>): readonly EndedMessage[] {
    const queueId = this.#queueIdOf(name);
    if (queueId === undefined) return [];
    const [from, through] = seq === 'all' ? [0, Number.MAX_SAFE_INTEGER] : [seq, seq];
    const cancelled: EndedMessage[] = [];
    for (const row of this.#sql.cancellable.iterate(queueId, from, through)) {
      cancelled.push(endedOf(row, name, 'cancelled'));
    }
    this.#remove(queueId, cancelled);
    return cancelled;
  }

  /** Removes a queue with all that it holds, handed out or not: its device or user is gone. */
  removeQueue(name: QueueName): void {
    const queueId = this.#queueIdOf(name);
    if (queueId === undefined) return;
    this.#sql.takeBackQueue.run(queueId);
    this.#sql.removeAttemptsOfQueue.run(queueId);
    this.#sql.removeMessagesOfQueue.run(queueId);
    this.#sql.removeEmptyQueue.run(queueId);
  }

  /** Removes all that is kept of a user's queues. A user's id is never used again, and so neither are its numbers. */
  removeQueuesOfUser(userId: string): void {
    this.#numbers.remove(userId);
    for (const row of this.#sql.targetsOfUser.all(userId)) this.removeQueue({ userId, target: textIn(row, 'target') });
  }

  #queueIdOf({ userId, target }: QueueName): number | undefined {
    const row = this.#sql.findQueue.get(userId, target);
    return row === undefined ? undefined : numberIn(row, 'queue_id');
  }

  /** What waits between the first and the last of these is these: what ended has been removed. */
  #hand(queueId: number, messages: readonly ClaimedMessage[]): void {
    const [first, last] = [messages.at(0), messages.at(-1)];
    if (first === undefined || last === undefined) return;
    this.#sql.countAttempts.run(queueId, first.seq, last.seq);
    this.#sql.hand.run(queueId, first.seq, last.seq);
  }

  #remove(queueId: number, messages: readonly { readonly seq: number }[]): void {
    if (messages.length === 0) return;
    for (const { seq } of messages) {
      this.#sql.removeAttempt.run(queueId, seq);
      this.#sql.removeMessage.run(queueId, seq);
    }
    this.#sql.removeEmptyQueue.run(queueId);
  }
}

/** Why a message is not handed out but ends here: damaged on the disk, past its time, or delivered too often without proof. */
function endingAtClaim(row: SqlRow, request: OperationOf<'claim'>): EndedMessage | undefined {
  if (isDamaged(row, request)) return damagedOf(row, request);
  if (numberIn(row, 'expires_at_ms') <= request.nowMs) return endedOf(row, request, 'expired');
  return numberIn(row, 'attempts') >= request.attemptsMax ? endedOf(row, request, 'unconfirmed') : undefined;
}
