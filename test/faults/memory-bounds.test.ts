/** FAULTS 18 and 19: what others do not read costs the relay no more memory than the limits say. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRssBytes } from '../bench/process-usage.ts';
import { type ServedRelay, startServe } from '../e2e/built-relay.ts';
import { login, openRoom, settle, type TestRoom } from '../e2e/contract/test-room.ts';
import { opcodes, writeFrame } from '../e2e/raw-frame.ts';
import type { RawWebSocket } from '../e2e/raw-websocket.ts';

const mebibyte = 1024 * 1024;
/** Compiled code, and garbage of the messages that passed and was not collected yet, whoever reads or not. */
const garbageBytes = 128 * mebibyte;
const bytesPerReader = 24 * mebibyte;
const readers = 20;
const rates = { message_rate: 'unlimited', user_message_rate: 'unlimited' };

let relay: ServedRelay;
beforeAll(async () => {
  relay = await startServe();
});
afterAll(() => relay[Symbol.asyncDispose]());

const rss = () => readRssBytes(relay.process.pid);

/** Sends `bytesPerReader` to each reader, and answers by how much the memory of the relay has grown when it has taken them. */
async function growthBytes(sender: RawWebSocket, targets: readonly string[]): Promise<number> {
  const before = rss();
  const filler = 'x'.repeat(16 * 1024);
  let most = before;
  for (let n = 0; n < bytesPerReader / filler.length; n += 1) {
    for (const target of targets) sender.sendText(`{"target":"${target}","n":${n},"filler":"${filler}"}`);
    if (n % 20 === 19) await nextPong(sender);
    most = Math.max(most, rss());
  }
  return most - before;
}

/** Passes over refusals: queues are full after a while. */
async function nextPong(sender: RawWebSocket): Promise<void> {
  sender.sendText('{"action":"ping"}');
  for (let answer = await sender.nextJson(); answer.status !== 'pong'; answer = await sender.nextJson()) {
    expect(answer).toMatchObject({ code: 'queue_full' });
  }
}

async function openReaders(room: TestRoom): Promise<readonly string[]> {
  const ids = Array.from({ length: readers }, (_, n) => `reader-${n}`);
  for (const id of ids) (await room.controller(id)).pause();
  return ids;
}

describe('FAULTS 18: readers that stop', { timeout: 120_000 }, () => {
  it(`${readers} of them, for each of which 24 MiB come, cost what send_buffer_bytes says`, async () => {
    const room = await openRoom(relay, { ...rates, queue_messages: '10', send_buffer_bytes: '256KiB' });
    await using sender = await room.controller('sender');
    const ids = await openReaders(room);
    expect(await growthBytes(sender, ids)).toBeLessThan(readers * 0.25 * mebibyte + garbageBytes);
  });

  it('the same measure sees it when they may leave all of it unread', async () => {
    const room = await openRoom(relay, { ...rates, queue_messages: '10', send_buffer_bytes: '64MiB' });
    await using sender = await room.controller('sender');
    const ids = await openReaders(room);
    expect(await growthBytes(sender, ids)).toBeGreaterThan(readers * 5 * mebibyte + 1.5 * garbageBytes);
  });
});

describe('FAULTS 19: a sender that never reads its receipts', { timeout: 120_000 }, () => {
  it('is not read any more, and costs no more than its send buffer', async () => {
    const room = await openRoom(relay, { ...rates, queue_messages: '1' });
    await using witness = await room.controller('witness');
    const credentials = { auth_key: room.authKey, sender: 'sender', extensions: ['receipts'] };
    await using sender = await login(relay.url, credentials);
    sender.pause();
    const id = 'i'.repeat(64);
    const message = writeFrame({ opcode: opcodes.text, payload: JSON.stringify({ target: 'nobody', _id: id }) });
    // Each is answered by more bytes than it has, and the relay's kernel and its send buffer hold some of them.
    const batch = Buffer.concat(Array.from({ length: 1000 }, () => message));
    const before = rss();
    let sent = 0;
    let isTaken = true;
    while (isTaken && sent < 1_000_000) {
      isTaken = false;
      const sending = sender.sendBytes(batch).then(() => {
        isTaken = true;
      });
      sending.catch(() => {});
      for (let turn = 0; turn < 200 && !isTaken; turn += 1) await settle(witness);
      sent += 1000;
    }
    expect(isTaken).toBe(false);
    expect(rss() - before).toBeLessThan(mebibyte + garbageBytes);
    sender.resume();
    const states = new Map<unknown, number>();
    for (let told = 0; told < sent; told += 1) {
      const { status, code, _id } = await sender.nextJson();
      expect(_id).toBe(id);
      states.set(code ?? status, (states.get(code ?? status) ?? 0) + 1);
    }
    expect([...states]).toEqual([
      ['queue_full', sent - 1],
      ['queued', 1],
    ]);
  });
});
