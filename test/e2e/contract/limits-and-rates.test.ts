import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, spawnRelay, startServe } from '../built-relay.ts';
import { opcodes } from '../raw-frame.ts';
import { openRawWebSocket, type RawWebSocket } from '../raw-websocket.ts';
import { login, openRoom, settle, type TestRoom } from './test-room.ts';
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

/** Counts what came of `sent` messages until each was either delivered to its sender or told to be refused. */
async function account(client: RawWebSocket, sent: number): Promise<{ delivered: number[]; refused: number }> {
  const delivered: number[] = [];
  let refused = 0;
  while (delivered.length + refused < sent) {
    const message = await client.nextJson();
    if (message.status === undefined) delivered.push(Number(message.n));
    else {
      expect(message).toMatchObject({ status: 'error', code: 'rate_limited', count: expect.any(Number) });
      refused += Number(message.count);
    }
  }
  return { delivered, refused };
}

describe('PROTOCOL D: message rates', () => {
  const flood = (client: RawWebSocket, target: string, count: number) => {
    for (let n = 0; n < count; n++) client.sendJson({ target, n });
  };

  it('a burst is taken whole', async () => {
    const room = await openRoom(relay, { message_rate: '1', message_burst: '300' });
    await using client = await room.controller('client');
    flood(client, 'client', 300);
    for (let n = 0; n < 300; n++) expect(await client.nextJson()).toStrictEqual({ target: 'client', n });
  });

  it('what is over it is not taken, is told with its count, and the connection stays open', async () => {
    const room = await openRoom(relay, { message_rate: '5', message_burst: '100' });
    await using client = await room.controller('client');
    flood(client, 'client', 400);
    const { delivered, refused } = await account(client, 400);
    expect(delivered.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(delivered).toEqual([...delivered].sort((a, b) => a - b));
    expect(refused).toBeGreaterThan(200);
    await until('a message is taken again', async () => {
      client.sendText('{"target":"client","again":true}');
      return (await client.nextJson()).again === true;
    });
  });

  it("all of a user's connections together have one too", async () => {
    const room = await openRoom(relay, {
      message_rate: 'unlimited',
      message_burst: 'unlimited',
      user_message_rate: '50',
    });
    await using first = await room.controller('first');
    await using second = await room.controller('second');
    flood(first, 'first', 1000);
    flood(second, 'second', 1000);
    const [one, two] = [await account(first, 1000), await account(second, 1000)];
    expect(one.refused + two.refused).toBeGreaterThan(0);
    const other = await openRoom(relay);
    await using undisturbed = await other.controller('undisturbed');
    flood(undisturbed, 'undisturbed', 500);
    for (let n = 0; n < 500; n++) expect(await undisturbed.nextJson()).toMatchObject({ n });
  });

  it('what is no message counts as well: errors and pings of the contract are not free', async () => {
    const room = await openRoom(relay, { message_rate: '1', message_burst: '50' });
    await using client = await room.controller('client');
    for (let n = 0; n < 100; n++) client.sendText(n % 2 === 0 ? '{"action":"ping"}' : 'nonsense');
    const limited = await until('something is refused', async () => {
      const answer = await client.nextJson();
      return answer.code === 'rate_limited' && answer;
    });
    expect(limited.count).toBeGreaterThan(0);
  });

  it('unlimited has none', async () => {
    const room = await openRoom(relay, {
      message_rate: 'unlimited',
      message_burst: 'unlimited',
      user_message_rate: 'unlimited',
    });
    await using client = await room.controller('client');
    flood(client, 'client', 15_000);
    for (let n = 0; n < 15_000; n++) expect((await client.nextJson()).n).toBe(n);
  });

  it('10 s over it without a pause closes with 4129', { timeout: 60_000 }, async () => {
    const room = await openRoom(relay, { message_rate: '10', message_burst: '10' });
    await using client = await room.controller('client');
    const flooding = setInterval(() => flood(client, 'nobody', 20), 20);
    let code: unknown;
    try {
      const close = await client.closeAfterAll();
      code = close.code;
    } finally {
      clearInterval(flooding);
    }
    expect(code).toBe(4129);
  });
});

describe('PROTOCOL D: pending_connections', () => {
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
});

describe('PROTOCOL D: wrong keys (FAULTS 24)', () => {
  const wrong = (n: number) => ({ auth_key: `rly_master_${n}_wrong`, sender: 'guesser' });

  async function guess(served: ServedRelay, n: number, headers?: Readonly<Record<string, string>>): Promise<unknown> {
    await using client = await openRawWebSocket(served.url, headers === undefined ? {} : { headers });
    client.sendJson(wrong(n));
    const error = await client.nextJson();
    expect((await client.nextClose()).code).toBe(error.code === 'auth_throttled' ? 4130 : 4003);
    return error.code;
  }

  it('after too many of them further ones are auth_throttled and 4130, and a right key passes', async () => {
    await using guarded = await startServe({ limits: { auth_failures: '3' } });
    const room = await openRoom(guarded);
    const codes: unknown[] = [];
    for (let n = 0; n < 6; n++) codes.push(await guess(guarded, n));
    expect(codes.slice(0, 3)).toEqual(['invalid_credentials', 'invalid_credentials', 'invalid_credentials']);
    expect(codes.slice(4)).toEqual(['auth_throttled', 'auth_throttled']);
    await using controller = await room.controller('controller');
    await using device = await room.device('device');
    await settle(controller);
    await settle(device);
    expect(await guess(guarded, 7)).toBe('auth_throttled');
  });

  it('FAULTS 25: X-Forwarded-For of a peer that nobody trusts makes no other address', async () => {
    await using guarded = await startServe({ limits: { auth_failures: '1' } });
    for (let n = 0; n < 2; n++) await guess(guarded, n);
    expect(await guess(guarded, 3, { 'X-Forwarded-For': '203.0.113.7' })).toBe('auth_throttled');
  });

  it('FAULTS 25: behind a trusted proxy the rightmost hop that is not trusted counts', async () => {
    await using guarded = await startServe({ limits: { auth_failures: '1' }, args: ['--trust-proxy'] });
    const from = (hops: string) => ({ 'X-Forwarded-For': hops });
    for (let n = 0; n < 2; n++) await guess(guarded, n, from('203.0.113.7'));
    expect(await guess(guarded, 3, from('198.51.100.1, 203.0.113.7'))).toBe('auth_throttled');
    expect(await guess(guarded, 4, from('203.0.113.7, 198.51.100.2'))).toBe('invalid_credentials');
  });

  it('keys and tokens that were guessed or right are in nothing that the relay wrote', async () => {
    await using guarded = await startServe({ args: ['--log-level', 'debug'] });
    const room = await openRoom(guarded);
    const token = await room.token('device');
    await using controller = await room.controller('controller');
    await using device = await room.device('device');
    const secret = 'rly_master_0123456789abcdef_averysecretguessaverysecretguessaverysecre';
    await expect(login(guarded.url, { auth_key: secret, sender: 'x' })).rejects.toThrow('invalid_credentials');
    await settle(controller);
    await settle(device);
    const { stderr, stdout } = await guarded.stop();
    for (const key of [room.authKey, token, secret, guarded.bootstrap?.authKey, guarded.bootstrap?.adminKey]) {
      expect(stderr).not.toContain(key);
    }
    expect(stdout).not.toContain(room.authKey);
    expect(stdout).not.toContain(token);
  });
});

describe('PROTOCOL D: limits as an administrator writes them', () => {
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
