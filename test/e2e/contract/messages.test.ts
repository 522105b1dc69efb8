import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { opcodes } from '../raw-frame.ts';
import type { RawWebSocket } from '../raw-websocket.ts';
import { openRoom, settle, type TestRoom } from './test-room.ts';

describe('PROTOCOL A3: messages', () => {
  let relay: ServedRelay;
  let room: TestRoom;
  let commander: RawWebSocket;
  let worker: RawWebSocket;
  beforeAll(async () => {
    relay = await startServe();
  });
  afterAll(() => relay[Symbol.asyncDispose]());
  beforeEach(async () => {
    room = await openRoom(relay);
    commander = await room.controller('commander');
    worker = await room.device('worker');
    return async () => {
      await commander[Symbol.asyncDispose]();
      await worker[Symbol.asyncDispose]();
    };
  });

  async function expectError(text: string, code: string): Promise<Readonly<Record<string, unknown>>> {
    commander.sendText(text);
    const error = await commander.nextJson();
    expect(error).toMatchObject({ status: 'error', code, message: expect.stringMatching(/.{10,}/) });
    return error;
  }

  describe('an object with a target', () => {
    it.each([
      ['as it is', '{"target":"worker","cmd":"move","x":12,"y":-3.50}'],
      ['with its white space', ' {\t"target" :\r\n "worker" , "n":[ 1 , 2 ] } \n'],
      ['with its keys in their order', '{"z":1,"a":2,"target":"worker","m":3,"10":4,"2":5}'],
      ['with fields that nobody knows', '{"target":"worker","_x":null,"status":"pong","__proto__":{"a":1}}'],
      ['with text in every script', '{"target":"worker","text":"Ünï 日本 🙂 \u2028 \u202e \\u00fc"}'],
      ['with an action, which is then none of the relay', '{"target":"worker","action":"ping"}'],
      ['with a sender, which is not looked at', '{"sender":"somebody else","target":"worker"}'],
      ['with its target behind a nested one', '{"a":{"target":"nobody"},"target":"worker","b":[{"target":"x"}]}'],
      ['with escapes in the key and in the value', '{"t\\u0061rget":"w\\u006frker"}'],
      ['with two targets, of which the last one counts', '{"target":"nobody","target":"worker"}'],
      ['with an own flag, which means nothing in a live message', '{"target":"worker","_offline_queued":false}'],
      ['with an own _id', '{"_id":"a-1","target":"worker"}'],
    ])('is forwarded %s, byte for byte', async (_, text) => {
      commander.sendText(text);
      expect(await worker.nextText()).toBe(text);
    });

    it('is one message also when it came in fragments', async () => {
      commander.sendFrame({ opcode: opcodes.text, payload: '{"target":"wor', fin: false });
      commander.sendFrame({ opcode: opcodes.continuation, payload: 'ker","n"', fin: false });
      commander.sendFrame({ opcode: opcodes.ping, payload: 'in between' });
      commander.sendFrame({ opcode: opcodes.continuation, payload: ':1}' });
      expect(await worker.nextText()).toBe('{"target":"worker","n":1}');
    });

    it('is not answered, and goes to its target alone', async () => {
      await using witness = await room.controller('witness');
      commander.sendText('{"target":"worker"}');
      await worker.nextText();
      await settle(commander);
      await settle(witness);
    });

    it('may come from a device, to a controller, to another device and to itself', async () => {
      await using other = await room.device('other');
      worker.sendText('{"target":"commander","n":1}');
      worker.sendText('{"target":"other","n":2}');
      worker.sendText('{"target":"worker","n":3}');
      expect(await commander.nextText()).toBe('{"target":"commander","n":1}');
      expect(await other.nextText()).toBe('{"target":"other","n":2}');
      expect(await worker.nextText()).toBe('{"target":"worker","n":3}');
    });

    it('may be named with every client id that there is', async () => {
      const ids = ['x'.repeat(128), 'é'.repeat(64), 'a b', '"\\', '__proto__', '日本 🙂'];
      for (const id of ids) {
        await using client = await room.controller(id);
        const text = JSON.stringify({ target: id, n: 1 });
        commander.sendText(text);
        expect(await client.nextText()).toBe(text);
      }
    });

    it('arrives in the order sent, from each sender to each target', async () => {
      await using second = await room.controller('second');
      await using other = await room.device('other');
      for (let n = 0; n < 500; n++) {
        commander.sendJson({ target: n % 3 === 0 ? 'other' : 'worker', from: 'commander', n });
        second.sendJson({ target: n % 2 === 0 ? 'other' : 'worker', from: 'second', n });
      }
      const received = { worker: await readAll(worker, 333 + 250), other: await readAll(other, 167 + 250) };
      for (const messages of Object.values(received)) {
        for (const sender of ['commander', 'second']) {
          const numbers = messages.filter((message) => message.from === sender).map((message) => Number(message.n));
          expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
        }
      }
      const all = [...received.worker, ...received.other].map((message) => `${message.from} ${message.n}`);
      expect(new Set(all).size).toBe(1000);
    });
  });

  describe('an object without a target', () => {
    it('that asks for a pong gets it, these bytes', async () => {
      commander.sendText('{"action":"ping"}');
      expect(await commander.nextText()).toBe('{"status":"pong"}');
      commander.sendText('{"more":[1],"act\\u0069on":"ping","sender":"x"}');
      expect(await commander.nextText()).toBe('{"status":"pong"}');
    });

    it.each(['{}', '{"cmd":"move"}', '{"payload":{"target":"worker"}}', '{"Target":"worker"}'])(
      'and without an action is missing_target: %s',
      async (text) => {
        await expectError(text, 'missing_target');
      },
    );

    it.each(['{"action":"dance"}', '{"action":""}', '{"action":"PING"}', '{"action":"presence","devices":["worker"]}'])(
      'and with an action that nobody knows is unknown_action: %s',
      async (text) => {
        await expectError(text, 'unknown_action');
      },
    );
  });

  it.each([
    'null',
    '1',
    '""',
    '" worker"',
    '"worker "',
    '"worker,other"',
    '"worker\\n"',
    `"${'x'.repeat(129)}"`,
    '"\\ud800"',
    '["worker"]',
    '{"target":"worker"}',
    'true',
  ])('a target that is no client id is invalid_target: %s', async (target) => {
    await expectError(`{"target":${target},"n":1}`, 'invalid_target');
    await expectError(`{"target":${target},"action":"ping"}`, 'invalid_target');
    await expectError(`{"target":"worker","target":${target}}`, 'invalid_target');
    await settle(worker);
  });

  it('an error tells the target that failed', async () => {
    const error = await expectError('{"target":"worker,other"}', 'invalid_target');
    expect(error.target).toBe('worker,other');
  });

  it.each([
    '',
    'hello',
    '{"target":"worker"',
    '{"target":"worker"}}',
    '{"target":"worker"} {"target":"worker"}',
    '{target:"worker"}',
    "{'target':'worker'}",
    '{"target":"worker",}',
    '{"target":"worker","n":01}',
    '{"target":"worker","n":NaN}',
    '{"target":"worker","s":"a\tb"}',
    '{"target":"worker","s":"\\x"}',
    '\ufeff{"target":"worker"}',
    '[{"target":"worker"}]',
    '"worker"',
    'null',
  ])('what is no JSON object is a bad_message and goes to nobody: %j', async (text) => {
    await expectError(text, 'bad_message');
    await settle(worker);
  });

  it('binary is refused, whatever it holds', async () => {
    commander.sendFrame({ opcode: opcodes.binary, payload: '{"target":"worker"}' });
    expect(await commander.nextJson()).toMatchObject({ status: 'error', code: 'binary_unsupported' });
    await settle(worker);
  });

  it('after any of these errors the connection stays open and in its room', async () => {
    const mistakes = ['nonsense', '{}', '{"action":"dance"}', '{"target":1}', '[]'];
    for (const text of mistakes) commander.sendText(text);
    for (const _ of mistakes) expect(await commander.nextJson()).toMatchObject({ status: 'error' });
    commander.sendText('{"target":"worker","still":"here"}');
    expect(await worker.nextText()).toBe('{"target":"worker","still":"here"}');
  });

  it('invalid UTF-8 closes with 1007 and goes to nobody', async () => {
    const payload = Buffer.concat([
      Buffer.from('{"target":"worker","s":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}'),
    ]);
    commander.sendFrame({ opcode: opcodes.text, payload });
    expect((await commander.closeAfterAll()).code).toBe(1007);
    await settle(worker);
  });
});

async function readAll(client: RawWebSocket, count: number): Promise<Readonly<Record<string, unknown>>[]> {
  const messages: Readonly<Record<string, unknown>>[] = [];
  while (messages.length < count) messages.push(await client.nextJson());
  return messages;
}

describe('PROTOCOL A2: rooms never see each other', () => {
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe();
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  it('the same client ids in two rooms are four clients', async () => {
    const [red, blue] = [await openRoom(relay), await openRoom(relay)];
    await using redCommander = await red.controller('commander');
    await using blueCommander = await blue.controller('commander');
    await using redWorker = await red.device('worker');
    await using blueWorker = await blue.device('worker');
    redCommander.sendText('{"target":"worker","room":"red"}');
    blueCommander.sendText('{"target":"worker","room":"blue"}');
    expect(await redWorker.nextText()).toBe('{"target":"worker","room":"red"}');
    expect(await blueWorker.nextText()).toBe('{"target":"worker","room":"blue"}');
    for (const client of [redCommander, blueCommander, redWorker, blueWorker]) await settle(client);
  });

  it('a target that is online in another room is offline in this one', async () => {
    const [red, blue] = [await openRoom(relay), await openRoom(relay)];
    await using stranger = await blue.controller('target');
    await using sender = await red.controller('sender');
    sender.sendText('{"target":"target","secret":1}');
    await red.untilWaiting('target', 1);
    expect(await red.presence('target')).toEqual({ target: 'offline' });
    expect(await blue.waiting('target')).toBe(0);
    await settle(stranger);
    await using target = await red.controller('target');
    expect(await target.nextText()).toBe('{"target":"target","secret":1,"_offline_queued":true}');
  });
});
