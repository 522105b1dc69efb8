import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreOpenError } from '../../src/server/store/store.ts';
import { makeStoreFolder, type StoreFolder } from '../server/store-folder.ts';
import { claimAll, message, text } from '../server/store-samples.ts';

let folder: StoreFolder;
beforeEach(() => {
  folder = makeStoreFolder();
});
afterEach(() => folder.remove());

/** A closed store with a hundred messages in ten queues, all in the main file. */
async function fillAndClose(): Promise<void> {
  const store = await folder.open();
  await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      store.queue.enqueue(message({ target: `t${i % 10}`, text: `payload ${i} ${'.'.repeat(900)}` })),
    ),
  );
  await store.close();
}

async function refusal(): Promise<string> {
  const error = await folder.open().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreOpenError);
  return error instanceof Error ? error.message : '';
}

function flipByteAfter(marker: string): void {
  const bytes = readFileSync(folder.database);
  const at = bytes.indexOf(marker);
  expect(at).toBeGreaterThan(0);
  bytes.writeUInt8(bytes.readUInt8(at + marker.length) ^ 0x10, at + marker.length);
  writeFileSync(folder.database, bytes);
}

describe('FAULTS 5: a damaged record', () => {
  it('in a queue is lost alone, counted and told', async () => {
    await fillAndClose();
    flipByteAfter('payload 25 ...');
    const store = await folder.open();
    const { messages, ended } = await store.queue.claim(claimAll({ target: 't5' }));
    expect(messages.map(({ payload }) => text(payload).split(' ')[1])).toEqual([
      '5',
      '15',
      '35',
      '45',
      '55',
      '65',
      '75',
      '85',
      '95',
    ]);
    expect(ended).toMatchObject([{ target: 't5', reason: 'damaged', payloadBytes: 911, sender: '' }]);
    expect(folder.events).toMatchObject([{ event: 'record-damaged', table: 'message' }]);
    await store.queue.release('user-1', 't5');
    expect(await store.queue.claim(claimAll({ target: 't5' }))).toMatchObject({ ended: [] });
    expect(await store.queue.depths()).toHaveLength(10);
  });

  it('is noticed in its columns as well as in its payload', async () => {
    const store = await folder.open();
    await store.queue.enqueue(message({ sender: 'sender-of-this', text: 'one' }));
    await store.queue.enqueue(message({ text: 'two' }));
    await store.close();
    flipByteAfter('sender-of-thi');
    const { messages, ended } = await (await folder.open()).queue.claim(claimAll());
    expect(messages.map(({ payload }) => text(payload))).toEqual(['two']);
    expect(ended).toMatchObject([{ reason: 'damaged' }]);
  });

  it.each(['sender-of-thi', '"id-of-this'])(
    'ends as damaged when its time is over, in %s, and holds up no other',
    async (marker) => {
      const store = await folder.open();
      await store.queue.enqueue(message({ sender: 'sender-of-this', messageId: 'id-of-this', expiresAtMs: 10 }));
      await store.queue.enqueue(message({ text: 'stays' }));
      await store.queue.enqueue(message({ target: 'other', expiresAtMs: 11 }));
      await store.close();
      flipByteAfter(marker);
      const { queue } = await folder.open();
      const ended = await queue.expire(5000);
      expect(ended).toMatchObject([
        { target: 'pump', reason: 'damaged', sender: '' },
        { target: 'other', reason: 'expired' },
      ]);
      expect(ended[0]).not.toHaveProperty('messageId');
      expect(folder.events).toMatchObject([{ event: 'record-damaged' }]);
      expect(await queue.depths()).toMatchObject([{ target: 'pump', messages: 1 }]);
    },
  );

  it('can be looked at, and goes with the others when its queue is purged', async () => {
    const store = await folder.open();
    await store.queue.enqueue(message({ messageId: 'id-of-this' }));
    await store.queue.enqueue(message());
    await store.close();
    flipByteAfter('"id-of-this');
    const { queue } = await folder.open();
    expect(await queue.list('user-1', 'pump', 10, 100)).toHaveLength(2);
    expect(await queue.cancel('user-1', 'pump', 'all')).toMatchObject([{ reason: 'damaged' }, { reason: 'cancelled' }]);
  });

  it('is not delivered to a target whose name it was not queued for', async () => {
    const store = await folder.open();
    await store.queue.enqueue(message({ target: 'front-door-1' }));
    await store.close();
    // In the table of queues and in its index, so that the two agree.
    const bytes = readFileSync(folder.database);
    for (let at = bytes.indexOf('front-door-1'); at >= 0; at = bytes.indexOf('front-door-1')) bytes.write('2', at + 11);
    writeFileSync(folder.database, bytes);
    const { queue } = await folder.open();
    expect(folder.events).toMatchObject([{ event: 'record-damaged', table: 'queue', messages: 1 }]);
    expect(await queue.claim(claimAll({ target: 'front-door-2' }))).toEqual({ messages: [], ended: [] });
    expect(await queue.depths()).toEqual([]);
  });

  it('of the directory is lost alone and told', async () => {
    const store = await folder.open();
    const key = {
      keyId: 'k1',
      kind: 'master',
      userId: 'user-1',
      hash: Buffer.from('0123456789abcdef0123456789abcdef'),
    };
    await store.directory.apply([
      { change: 'put-key', key: { ...key, kind: 'master', createdAtMs: 1 } },
      { change: 'put-key', key: { keyId: 'k2', kind: 'admin', hash: Buffer.alloc(32), createdAtMs: 1 } },
    ]);
    await store.close();
    flipByteAfter('0123456789abcdef01234567');
    const { keys } = await (await folder.open()).directory.load();
    expect(keys.map(({ keyId }) => keyId)).toEqual(['k2']);
    expect(folder.events).toEqual([{ event: 'record-damaged', table: 'access_key', record: 'k1' }]);
  });
});

describe('FAULTS 5: a damaged file', () => {
  const sentence = /relay\.db is damaged \(.*`relay restore FILE --data DIR`/;

  it('that was cut off anywhere is refused', async () => {
    await fillAndClose();
    const whole = readFileSync(folder.database);
    for (const part of [0.02, 0.3, 0.5, 0.77, 0.999]) {
      writeFileSync(folder.database, whole.subarray(0, Math.floor(whole.length * part)));
      expect(await refusal()).toMatch(sentence);
    }
    writeFileSync(folder.database, whole);
    await folder.open();
  });

  it('of garbage is refused', async () => {
    await fillAndClose();
    writeFileSync(folder.database, Buffer.alloc(statSync(folder.database).size, 'garbage! '));
    expect(await refusal()).toMatch(sentence);
  });

  it('with garbage in its middle is refused', async () => {
    await fillAndClose();
    const bytes = readFileSync(folder.database);
    bytes.fill('garbage! ', bytes.length / 2, bytes.length / 2 + 8192);
    writeFileSync(folder.database, bytes);
    expect(await refusal()).toMatch(sentence);
  });

  it('that was emptied or removed is not taken for a new one', async () => {
    await fillAndClose();
    truncateSync(folder.database, 0);
    expect(await refusal()).toMatch(/relay\.db is empty or was removed.*`relay restore FILE --data DIR`/);
    rmSync(folder.database);
    expect(await refusal()).toMatch(/relay\.db is empty or was removed/);
  });
});
