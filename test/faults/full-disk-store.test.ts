import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RelayStore, StoreOpenError, StoreUnavailableError } from '../../src/server/store/store.ts';
import { makeStoreFolder, type StoreFolder } from '../server/store-folder.ts';
import { claimAll, message } from '../server/store-samples.ts';
import { canMakeSmallDisks, makeSmallDisk, type SmallDisk } from './small-disk.ts';

/** On a real file system; the whole relay on one is in full-disk-relay.test.ts. */
describe.runIf(canMakeSmallDisks())('FAULTS 4 and 6: the store on a small disk', () => {
  const payload = Buffer.alloc(10_000, 'x');
  let disk: SmallDisk;
  let folder: StoreFolder;
  let store: RelayStore;
  beforeEach(async () => {
    disk = makeSmallDisk(24);
    folder = makeStoreFolder(disk.path);
    store = await folder.open();
  });
  afterEach(async () => {
    await folder.remove();
    disk.remove();
  });

  /** Queues until it is refused; how many were taken. */
  async function fillUp(targets: number): Promise<number> {
    let taken = 0;
    for (;;) {
      const attempts = await Promise.allSettled(
        Array.from({ length: 32 }, (_, i) =>
          store.queue.enqueue(message({ target: `t${(taken + i) % targets}`, payload })),
        ),
      );
      const refused = attempts.filter((attempt) => attempt.status === 'rejected');
      taken += attempts.length - refused.length;
      if (refused.length === 0) continue;
      expect(refused[0]?.reason).toBeInstanceOf(StoreUnavailableError);
      expect(String(refused[0]?.reason)).toMatch(/disk of the data folder is full/);
      return taken;
    }
  }

  async function drain(target: string): Promise<number> {
    let messages = 0;
    for (;;) {
      const claim = await store.queue.claim(claimAll({ target, payloadBytesMax: 100_000 }));
      const last = claim.messages.at(-1);
      if (last === undefined) return messages;
      messages += (await store.queue.confirm('user-1', target, last.seq)).messages;
    }
  }

  /** Tries as a sender would until it is taken again. */
  async function queuedAgain(): Promise<number> {
    for (;;) {
      try {
        return await store.queue.enqueue(message({ target: 'again' }));
      } catch (error) {
        expect(error).toBeInstanceOf(StoreUnavailableError);
      }
    }
  }

  it('that filled up with messages refuses more, delivers all, and takes more after that', async () => {
    const taken = await fillUp(4);
    expect(taken).toBeGreaterThan(300);
    expect(store.isWritable()).toBe(false);
    let delivered = 0;
    for (const target of ['t0', 't1', 't2', 't3']) delivered += await drain(target);
    expect(delivered).toBe(taken);
    await queuedAgain();
    expect(store.isWritable()).toBe(true);
    expect(await fillUp(4)).toBeGreaterThan(taken / 2);
    expect(folder.fatal).toEqual([]);
    const kinds = folder.events.map(({ event }) => event);
    expect(kinds.slice(0, 2)).toEqual(['disk-full', 'disk-relieved']);
  });

  it('that something else filled up delivers, and takes messages again when that is gone', async () => {
    for (let i = 0; i < 100; i += 1) await store.queue.enqueue(message({ payload }));
    const ballast = disk.fill();
    await fillUp(4);
    for (let delivered = 0; delivered < 100; delivered += 1) {
      const { messages } = await store.queue.claim(claimAll({ messagesMax: 1 }));
      expect(messages).toHaveLength(1);
      expect(await store.queue.confirm('user-1', 'pump', Number.MAX_SAFE_INTEGER)).toMatchObject({ messages: 1 });
      await store.directory.apply([
        {
          change: 'put-device',
          device: { userId: 'user-1', clientId: 'pump', createdAtMs: 1, lastSeenAtMs: delivered },
        },
      ]);
    }
    rmSync(ballast);
    await queuedAgain();
    expect(store.isWritable()).toBe(true);
    expect(folder.fatal).toEqual([]);
  });

  it('that filled up while the relay was stopped delivers from its reserve', async () => {
    for (let i = 0; i < 100; i += 1) await store.queue.enqueue(message({ payload }));
    await store.close();
    disk.fill();
    store = await folder.open();
    await expect(store.queue.enqueue(message({ payload }))).rejects.toThrow(/full/);
    expect(await drain('pump')).toBe(100);
  });

  it('without a byte left and without a reserve can be opened, and works when there is room again', async () => {
    await store.queue.enqueue(message());
    await store.close();
    rmSync(join(folder.dataDir, 'relay.reserve'));
    const ballast = disk.fill();
    store = await folder.open();
    expect(store.isWritable()).toBe(false);
    await expect(store.queue.claim(claimAll())).rejects.toThrow(/full/);
    expect(await store.queue.depths()).toHaveLength(1);
    rmSync(ballast);
    await queuedAgain();
    expect(await drain('pump')).toBe(1);
  });

  it('that is write-protected is refused', async () => {
    await store.close();
    disk.setWritable(false);
    const error = await folder.open().catch((reason: unknown) => reason);
    disk.setWritable(true);
    expect(error).toBeInstanceOf(StoreOpenError);
    expect(String(error)).toMatch(/relay-store-\S* cannot be written \(EROFS.*make it writable/);
  });

  it('of which something is damaged is not mended without a copy of what was found', async () => {
    await Promise.all(
      Array.from({ length: 800 }, () => store.queue.enqueue(message({ target: 'front-door-1', payload }))),
    );
    await folder.close();
    const bytes = readFileSync(folder.database);
    // In the table of queues and not in its index, or the other way round.
    bytes.write('2', bytes.indexOf('front-door-1') + 11);
    writeFileSync(folder.database, bytes);
    const ballast = disk.fill();
    await expect(folder.open()).rejects.toThrow(
      /relay\.db is damaged \(row .*\) and is not mended before a copy of it is there \(.*no space.*\); let .* have room/,
    );
    expect(readdirSync(folder.dataDir).filter((name) => name.includes('damaged'))).toEqual([]);
    expect(folder.events).toEqual([]);
    rmSync(ballast);
    await folder.open();
    expect(folder.events).toContainEqual(expect.objectContaining({ event: 'repaired' }));
  });
});
