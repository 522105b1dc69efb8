/**
 * Keeps 64 targets busy until it is killed, by itself after so many lines where that is said, and says what the store has
 * acknowledged: `queued ID`, `confirming ID` before a delivered message is confirmed and `confirmed ID` after it.
 */
import { openSqliteStore } from '../../src/server/store/sqlite-store.ts';
import { claimAll } from '../server/store-samples.ts';

const [, , dataDir = '', round = '0', linesMax = 'Infinity'] = process.argv;
const onFatal = (reason: string) => {
  throw new Error(reason);
};
const { queue } = await openSqliteStore({ dataDir, listener: { onRelieved() {}, onFatal } });
let lines = 0;
/** Resolves when the reader can read it, whatever happens to this process then. */
const say = (word: string, id: string) =>
  new Promise<void>((resolve) => {
    process.stdout.write(`${word} ${id}\n`, () => resolve());
    lines += 1;
    if (lines >= Number(linesMax)) process.kill(process.pid, 'SIGKILL');
  });

async function keepBusy(target: string): Promise<void> {
  for (let n = 0; ; n += 1) {
    const id = `${round}-${target}-${n}`;
    const payload = Buffer.from(id.padEnd(700));
    await queue.enqueue({
      userId: 'user-1',
      target,
      sender: 'child',
      payload,
      queuedAtMs: 1,
      expiresAtMs: Number.POSITIVE_INFINITY,
    });
    await say('queued', id);
    if (n % 3 !== 2) continue;
    const { messages } = await queue.claim(claimAll({ target, messagesMax: 1, attemptsMax: 1e9 }));
    for (const message of messages) {
      const delivered = Buffer.from(message.payload).toString().trim();
      await say('confirming', delivered);
      await queue.confirm('user-1', target, message.seq);
      await say('confirmed', delivered);
    }
  }
}

await Promise.all(Array.from({ length: 64 }, (_, i) => keepBusy(`t${i}`)));
