import { DatabaseSync } from 'node:sqlite';
import { checksumOf } from '../../src/server/store/checksum.ts';
import { encodeMessageId } from '../../src/server/store/queue-records.ts';
import { migrate, migrations } from '../../src/server/store/schema.ts';
import type { QueuedMessage } from '../../src/server/store/store.ts';

/** A message as schema 1 kept it: its number came from one counter of all users. */
interface OldMessage {
  readonly message: QueuedMessage;
  readonly seq: number;
  readonly attempts?: number;
}

/** Makes a store in schema 1, as the first release would have left it; `lastSeq` is the last number that it gave out. */
export function makeStoreInSchema1(file: string, messages: readonly OldMessage[], lastSeq: number): void {
  const database = new DatabaseSync(file);
  migrate(database, 0, migrations[0] ?? '');
  const findQueue = database.prepare('SELECT queue_id FROM queue WHERE user_id = ? AND target = ?');
  const addQueue = database.prepare('INSERT OR IGNORE INTO queue (user_id, target) VALUES (?, ?)');
  const addMessage = database.prepare('INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const addAttempt = database.prepare('INSERT INTO attempt VALUES (?, ?)');
  for (const { message, seq, attempts } of messages) {
    const { userId, target, sender, payload, queuedAtMs, expiresAtMs } = message;
    const messageId = encodeMessageId(message.messageId);
    addQueue.run(userId, target);
    const queueId = findQueue.get(userId, target)?.queue_id ?? null;
    const checksum = checksumOf([userId, target, sender, messageId, queuedAtMs, expiresAtMs], payload);
    addMessage.run(seq, queueId, sender, messageId, queuedAtMs, expiresAtMs, checksum, payload);
    if (attempts !== undefined) addAttempt.run(seq, attempts);
  }
  database.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = 'message'").run(lastSeq);
  database.close();
}
