import type {
  Claim,
  ClaimedMessage,
  ClaimRequest,
  Confirmed,
  DeviceRecord,
  DirectoryChange,
  DirectorySnapshot,
  EndedMessage,
  KeyRecord,
  QueueDepth,
  QueuedEntry,
  QueuedMessage,
  UserRecord,
} from '../../src/server/store/store.ts';

interface MemoryRecord extends QueuedMessage {
  readonly seq: number;
  attempts: number;
  handed: boolean;
  damaged: boolean;
}

/** What the memory store holds, and what each operation does to it: all at once, and in the order of the calls. */
export class MemoryStoreState {
  /** By user: nobody's numbers tell how much others queue. */
  readonly #lastSeqs = new Map<string, number>();
  /** In the order in which they came, all queues together. */
  #records: MemoryRecord[] = [];
  readonly #users = new Map<string, UserRecord>();
  readonly #keys = new Map<string, KeyRecord>();
  readonly #devices = new Map<string, DeviceRecord>();

  depths(): readonly QueueDepth[] {
    const depths = new Map<string, QueueDepth>();
    for (const { userId, target, payload } of this.#records) {
      const name = JSON.stringify([userId, target]);
      const { messages, payloadBytes } = depths.get(name) ?? { messages: 0, payloadBytes: 0 };
      depths.set(name, { userId, target, messages: messages + 1, payloadBytes: payloadBytes + payload.byteLength });
    }
    return [...depths.values()];
  }

  enqueue(message: QueuedMessage): number {
    const seq = (this.#lastSeqs.get(message.userId) ?? 0) + 1;
    this.#lastSeqs.set(message.userId, seq);
    this.#records.push({ ...message, seq, attempts: 0, handed: false, damaged: false });
    return seq;
  }

  claim(request: ClaimRequest): Claim {
    const messages: ClaimedMessage[] = [];
    const ended: EndedMessage[] = [];
    let payloadBytes = 0;
    const waiting = this.#of(request.userId, request.target).filter((r) => r.seq > request.afterSeq && !r.handed);
    for (const record of waiting) {
      const reason = endingOf(record, request);
      if (reason !== undefined) {
        ended.push(this.#end(record, reason));
        continue;
      }
      payloadBytes += record.payload.byteLength;
      const fits = payloadBytes <= request.payloadBytesMax && messages.length < request.messagesMax;
      if (!fits && (messages.length > 0 || !request.takesOne)) break;
      record.attempts += 1;
      record.handed = true;
      messages.push(claimedOf(record));
    }
    return { messages, ended };
  }

  confirm(userId: string, target: string, throughSeq: number): Confirmed {
    const confirmed = this.#of(userId, target).filter((record) => record.handed && record.seq <= throughSeq);
    this.#remove(confirmed);
    const payloadBytes = confirmed.reduce((sum, record) => sum + record.payload.byteLength, 0);
    return { messages: confirmed.length, payloadBytes };
  }

  release(userId: string, target: string): void {
    for (const record of this.#of(userId, target)) record.handed = false;
  }

  /** What opening a store does: nobody holds anything after a restart. */
  releaseAll(): void {
    for (const record of this.#records) record.handed = false;
  }

  expire(nowMs: number): readonly EndedMessage[] {
    const expired = this.#records.filter((record) => !record.handed && record.expiresAtMs <= nowMs);
    return expired.map((record) => this.#end(record, 'expired'));
  }

  list(userId: string, target: string, messagesMax: number, payloadBytesMax: number): readonly QueuedEntry[] {
    return this.#of(userId, target)
      .slice(0, messagesMax)
      .map(({ seq, sender, messageId, payload, queuedAtMs, expiresAtMs, attempts, handed }) => ({
        seq,
        sender,
        ...(messageId === undefined ? {} : { messageId }),
        payload: payload.slice(0, payloadBytesMax),
        queuedAtMs,
        expiresAtMs,
        attempts,
        handed,
      }));
  }

  cancel(userId: string, target: string, seq: number | 'all'): readonly EndedMessage[] {
    const cancelled = this.#of(userId, target).filter((r) => !r.handed && (seq === 'all' || r.seq === seq));
    return cancelled.map((record) => this.#end(record, 'cancelled'));
  }

  /** The record's bytes no longer match its checksum: the next claim that meets it ends it. */
  damage(seq: number): void {
    for (const record of this.#records) record.damaged ||= record.seq === seq;
  }

  snapshot(): DirectorySnapshot {
    return { users: [...this.#users.values()], keys: [...this.#keys.values()], devices: [...this.#devices.values()] };
  }

  change(change: DirectoryChange): void {
    switch (change.change) {
      case 'put-user':
        this.#users.set(change.user.userId, change.user);
        return;
      case 'remove-user':
        this.#users.delete(change.userId);
        this.#lastSeqs.delete(change.userId);
        this.#removeKeys((key) => key.userId === change.userId);
        for (const [name, device] of this.#devices) if (device.userId === change.userId) this.#devices.delete(name);
        this.#records = this.#records.filter((record) => record.userId !== change.userId);
        return;
      case 'put-key':
        this.#keys.set(change.key.keyId, { ...change.key, hash: new Uint8Array(change.key.hash) });
        return;
      case 'remove-key':
        this.#keys.delete(change.keyId);
        return;
      case 'put-device':
        this.#devices.set(JSON.stringify([change.device.userId, change.device.clientId]), change.device);
        return;
      case 'remove-device':
        this.#devices.delete(JSON.stringify([change.userId, change.clientId]));
        this.#removeKeys((key) => key.userId === change.userId && key.clientId === change.clientId);
        return;
      default:
        change satisfies never;
    }
  }

  #of(userId: string, target: string): MemoryRecord[] {
    return this.#records.filter((record) => record.userId === userId && record.target === target);
  }

  #remove(gone: readonly MemoryRecord[]): void {
    const all = new Set(gone);
    this.#records = this.#records.filter((record) => !all.has(record));
  }

  #removeKeys(goes: (key: KeyRecord) => boolean): void {
    for (const [keyId, key] of this.#keys) if (goes(key)) this.#keys.delete(keyId);
  }

  #end(record: MemoryRecord, reason: EndedMessage['reason']): EndedMessage {
    this.#remove([record]);
    const { userId, target, seq, sender, messageId, payload, queuedAtMs, attempts } = record;
    const place = { userId, target, seq, payloadBytes: payload.byteLength, attempts };
    if (reason === 'damaged') return { ...place, sender: '', queuedAtMs: 0, reason };
    return { ...place, sender, ...(messageId === undefined ? {} : { messageId }), queuedAtMs, reason };
  }
}

function endingOf(record: MemoryRecord, request: ClaimRequest): EndedMessage['reason'] | undefined {
  if (record.damaged) return 'damaged';
  if (record.expiresAtMs <= request.nowMs) return 'expired';
  return record.attempts >= request.attemptsMax ? 'unconfirmed' : undefined;
}

function claimedOf({ seq, sender, messageId, payload, queuedAtMs, attempts }: MemoryRecord): ClaimedMessage {
  const id = messageId === undefined ? {} : { messageId };
  return { seq, sender, ...id, payload: new Uint8Array(payload), queuedAtMs, attempts };
}
