import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, spawnRelay, startServe } from '../built-relay.ts';
import { opcodes } from '../raw-frame.ts';
import { openRawWebSocket, type RawWebSocket } from '../raw-websocket.ts';
import { openRoom, settle, type TestRoom } from './test-room.ts';
import { until } from './until.ts';

let relay: ServedRelay;
beforeAll(async () => {
  relay = await startServe();
});
afterAll(() => relay[Symbol.asyncDispose]());

describe('PROTOCOL D: message_bytes', () => {
  const sized = (target: string, bytes: number) => {
    const start = `{"target":"${target}","x":"`;
    return `${start}${'x'.repeat(bytes - start.length - 2)}"}`;
  };

  it.each(['1KiB', '256KiB', '300KiB'])('%s are taken, live and from the queue with the flag on top', async (size) => {
    const room = await openRoom(relay, { message_bytes: size });
    const text = sized('worker', Number.parseInt(size, 10) * 1024);
    await using sender = await room.controller('sender');
    sender.sendText(text);
    await room.untilWaiting('worker', 1);
    await using worker = await room.controller('worker');
    expect(await worker.nextText()).toHaveLength(text.length + ',"_offline_queued":true'.length);
    await room.untilWaiting('worker', 0);
    sender.sendText(text);
    expect(await worker.nextText()).toBe(text);
  });

  it('are 256 KiB unless said', async () => {
    const room = await openRoom(relay);
    await using sender = await room.controller('sender');
    sender.sendText(sized('sender', 256 * 1024));
    expect(await sender.nextText()).toHaveLength(256 * 1024);
    sender.sendText(sized('sender', 256 * 1024 + 1));
    expect((await sender.closeAfterAll()).code).toBe(1009);
  });

  it.each([
    ['one byte more', (client: RawWebSocket) => client.sendText(sized('witness', 1025))],
    [
      'one byte more in fragments',
      (client: RawWebSocket) => {
        const text = sized('witness', 1025);
        client.sendFrame({ opcode: opcodes.text, payload: text.slice(0, 1000), fin: false });
        client.sendFrame({ opcode: opcodes.continuation, payload: text.slice(1000) });
      },
    ],
  ])('and not %s: 1009, and nobody gets it', async (_, send) => {
    const room = await openRoom(relay, { message_bytes: '1KiB' });
    await using witness = await room.controller('witness');
    await using sender = await room.controller('sender');
    send(sender);
    expect((await sender.closeAfterAll()).code).toBe(1009);
    await sender.gone;
    await settle(witness);
  });
});

describe('PROTOCOL D: connections', () => {
  it("over the user's connections, too_many_connections and 4113", async () => {
    const room = await openRoom(relay, { connections: '2' });
    const first = await room.controller('first');
    await using second = await room.device('second');
    await using third = await openRawWebSocket(relay.url);
    third.sendJson({ auth_key: room.authKey, sender: 'third' });
    expect(await third.nextJson()).toMatchObject({ status: 'error', code: 'too_many_connections' });
    expect((await third.nextClose()).code).toBe(4113);
    await settle(first);
    await settle(second);
    first.destroy();
    await room.untilPresence('first', 'offline');
    await using fourth = await room.controller('fourth');
    await settle(fourth);
  });

  it("taking over one's own id does not count", async () => {
    const room = await openRoom(relay, { connections: '1' });
    await using older = await room.controller('same');
    await using newer = await room.controller('same');
    expect(await older.nextJson()).toMatchObject({ code: 'replaced' });
    await settle(newer);
  });

  it('0 means 0', async () => {
    const room = await openRoom(relay, { connections: '0' });
    await expect(room.controller('any')).rejects.toThrow('too_many_connections');
  });

  it("one user's connections are not another's", async () => {
    const [small, other] = [await openRoom(relay, { connections: '1' }), await openRoom(relay, { connections: '1' })];
    await using first = await small.controller('a');
    await using second = await other.controller('b');
    await settle(first);
    await settle(second);
  });
});

describe('PROTOCOL D: pending_connections', { timeout: 60_000 }, () => {
  it('sockets that are not authenticated yet are so many an address, beyond it 503 at the upgrade', async () => {
    await using small = await startServe({ limits: { pending_connections: '2' } });
    await using first = await openRawWebSocket(small.url);
    const second = await openRawWebSocket(small.url);
    const refused = { name: 'UpgradeRefusedError', status: 503 };
    await expect(openRawWebSocket(small.url)).rejects.toMatchObject(refused);
    first.sendJson({ auth_key: small.bootstrap?.authKey, sender: 'first' });
    expect(await first.nextJson()).toMatchObject({ status: 'authenticated' });
    await using third = await openRawWebSocket(small.url);
    await expect(openRawWebSocket(small.url)).rejects.toMatchObject(refused);
    second.destroy();
    await until('the room of the second is free', () =>
      openRawWebSocket(small.url).then(
        (client) => {
          client.destroy();
          return true;
        },
        () => false,
      ),
    );
    third.sendJson({ auth_key: small.bootstrap?.authKey, sender: 'third' });
    expect(await third.nextJson()).toMatchObject({ status: 'authenticated' });
  });

  it('a socket that was refused counts until it is gone', async () => {
    await using small = await startServe({ limits: { pending_connections: '1' } });
    await using first = await openRawWebSocket(small.url, { answersClose: false });
    first.sendJson({ auth_key: 'wrong', sender: 'first' });
    expect(await first.nextJson()).toMatchObject({ code: 'invalid_credentials' });
    await expect(openRawWebSocket(small.url)).rejects.toMatchObject({ name: 'UpgradeRefusedError', status: 503 });
    first.destroy();
    await until('its room is free', () =>
      openRawWebSocket(small.url).then(
        (client) => {
          client.destroy();
          return true;
        },
        () => false,
      ),
    );
  });
});

describe('PROTOCOL D: limits as an administrator writes them', { timeout: 60_000 }, () => {
  it.each([
    ['queue_mesages=5', 'queue_mesages'],
    ['idle_timeout=30', 'idle_timeout'],
    ['message_bytes=1024', 'message_bytes'],
    ['queue_messages=-1', 'queue_messages'],
    ['ping_after=unlimited', 'ping_after'],
    ['queue_messages', 'queue_messages'],
  ])('--limit %s is refused with a sentence that names it', async (limit, name) => {
    await using process = spawnRelay(['serve', '--json', '--port', '0', '--data', 'data', '--limit', limit]);
    const { code, stdout, stderr } = await process.exited;
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(name);
  });

  it("a relay's --limit is every user's default, and a user's own is its own", async () => {
    await using served = await startServe({ limits: { queue_messages: '2' } });
    const rooms: readonly (readonly [TestRoom, number])[] = [
      [await openRoom(served), 2],
      [await openRoom(served, { queue_messages: '4' }), 4],
    ];
    for (const [room, capacity] of rooms) {
      await using sender = await room.controller('sender');
      for (let n = 0; n <= capacity; n++) sender.sendJson({ target: 'away', n });
      expect(await sender.nextJson()).toMatchObject({ code: 'queue_full' });
      await room.untilWaiting('away', capacity);
    }
  });
});
