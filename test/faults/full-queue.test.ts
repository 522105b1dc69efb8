import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTemporaryFolder, type ServedRelay, startServe } from '../e2e/built-relay.ts';
import { flagged, numbered, queue } from '../e2e/contract/queueing.ts';
import { openRoom, roomOf, settle } from '../e2e/contract/test-room.ts';
import { openReceiptSender } from './receipts.ts';

let relay: ServedRelay;
let folder: string;
beforeAll(async () => {
  relay = await startServe();
  folder = makeTemporaryFolder();
});
afterAll(async () => {
  await relay[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

describe('FAULTS 8, PROTOCOL A4: a full queue', () => {
  it('holds 50 messages; the next one is refused, its sender told, and the 50 stay', async () => {
    const room = await openRoom(relay);
    await using sender = await room.controller('sender');
    for (const text of numbered('away', 0, 51)) sender.sendText(text);
    expect(await sender.nextJson()).toMatchObject({ status: 'error', code: 'queue_full', target: 'away' });
    await room.untilWaiting('away', 50);
    sender.sendText('{"target":"other","n":0}');
    await room.untilWaiting('other', 1);
    await settle(sender);
    await using away = await room.controller('away');
    for (const text of numbered('away', 0, 50)) expect(await away.nextText()).toBe(flagged(text));
    await room.untilWaiting('away', 0);
    await settle(away);
  });

  it('is as long as its user has it', async () => {
    const room = await openRoom(relay, { queue_messages: '2' });
    await using sender = await room.controller('sender');
    for (const text of numbered('away', 0, 3)) sender.sendText(text);
    expect(await sender.nextJson()).toMatchObject({ code: 'queue_full' });
    await room.setLimits({ queue_messages: '3' });
    sender.sendText('{"target":"away","n":3}');
    await room.untilWaiting('away', 3);
    await room.setLimits({ queue_messages: '1' });
    sender.sendText('{"target":"away","n":4}');
    expect(await sender.nextJson()).toMatchObject({ code: 'queue_full' });
    await using away = await room.controller('away');
    for (const n of [0, 1, 3]) expect(await away.nextJson()).toMatchObject({ n, _offline_queued: true });
  });

  it('does not exist for a user who has none: 0 means 0', async () => {
    const room = await openRoom(relay, { queue_messages: '0' });
    await using sender = await room.controller('sender');
    sender.sendText('{"target":"away","n":0}');
    expect(await sender.nextJson()).toMatchObject({ code: 'queue_full', target: 'away' });
  });

  it('is full too when all queues together hold queue_bytes', async () => {
    const room = await openRoom(relay, { queue_bytes: '1000B' });
    await using sender = await room.controller('sender');
    const text = (target: string) => JSON.stringify({ target, x: 'x'.repeat(370) });
    sender.sendText(text('a'));
    sender.sendText(text('b'));
    sender.sendText(text('c'));
    expect(await sender.nextJson()).toMatchObject({ code: 'queue_full', target: 'c' });
    await room.untilWaiting('b', 1);
    await using a = await room.controller('a');
    expect(await a.nextJson()).toMatchObject({ _offline_queued: true });
    await room.untilWaiting('a', 0);
    sender.sendText(text('c'));
    await room.untilWaiting('c', 1);
    await settle(sender);
  });

  it('is full too when queue_targets have one', async () => {
    const room = await openRoom(relay, { queue_targets: '2' });
    await using sender = await room.controller('sender');
    for (const target of ['a', 'b', 'c', 'a']) sender.sendJson({ target });
    expect(await sender.nextJson()).toMatchObject({ code: 'queue_full', target: 'c' });
    await room.untilWaiting('a', 2);
    await settle(sender);
  });

  it('is full after a restart as before, and the refusal names the message that was refused', async () => {
    const dataDir = join(folder, 'restarted');
    const first = await startServe({ dataDir });
    const { user, authKey } = await openRoom(first);
    await queue(roomOf(first, user, authKey), 'away', numbered('away', 0, 50));
    await first.stop('SIGKILL');
    await using again = await startServe({ dataDir });
    const room = roomOf(again, user, authKey);
    await using sender = await openReceiptSender(room);
    sender.send('away', 'one too many');
    expect(await sender.nextTold()).toEqual({ id: 'one too many', state: 'queue_full' });
    await using away = await room.controller('away');
    for (const text of numbered('away', 0, 50)) expect(await away.nextText()).toBe(flagged(text));
  });
});
