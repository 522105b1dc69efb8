/** Queues one message, breaks the disk, queues two more, and says how each ended. */
import { writeFileSync } from 'node:fs';
import { openSqliteStore } from '../../src/server/store/sqlite-store.ts';

const [, , dataDir = '', breaker = ''] = process.argv;
const fatal: string[] = [];
const listener = { onRelieved: () => {}, onFatal: (reason: string) => fatal.push(reason) };
const store = await openSqliteStore({ dataDir, listener });

async function enqueue(): Promise<string> {
  const message = {
    userId: 'u',
    target: 't',
    sender: 's',
    payload: Buffer.from('x'),
    queuedAtMs: 1,
    expiresAtMs: 1e15,
  };
  return store.queue.enqueue(message).then(
    () => 'queued',
    (error: unknown) => (error instanceof Error ? error.name : 'unknown'),
  );
}

const outcomes = [await enqueue()];
writeFileSync(breaker, '');
outcomes.push(await enqueue(), await enqueue());
const isWritable = store.isWritable();
await store.close();
process.stdout.write(JSON.stringify({ outcomes, fatal, isWritable }));
