import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../built-relay.ts';
import type { RawWebSocket } from '../raw-websocket.ts';
import { openRoom, settle, type TestRoom } from './test-room.ts';

const nested = (open: string, close: string, levels: number) => `${open.repeat(levels)}1${close.repeat(levels)}`;

/** What stands where `…` is must travel as it is, because `JSON.parse` takes it. */
const taken: readonly (readonly [string, string])[] = [
  ['an integer beyond 2^53', '"n":12345678901234567890'],
  ['a number whose zero a serialiser would drop', '"n":1.0'],
  ['a number that no double holds', '"n":1e400'],
  ['minus zero and small exponents', '"n":[-0,-0.0,1E-400,0e0,1e+2]'],
  ['forty digits behind the point', '"n":3.1415926535897932384626433832795028841971'],
  ['duplicate keys', '"a":1,"a":2,"a":3'],
  ['__proto__ and constructor', '"__proto__":{"target":"x"},"constructor":{"prototype":1}'],
  ['an empty key', '"":1'],
  ['a key that is a number', '"1":1,"0":0'],
  ['escapes in keys', '"\\u0061\\n\\"":1,"\\/":2'],
  ['every short escape', '"s":"\\"\\\\\\/\\b\\f\\n\\r\\t"'],
  ['an escaped zero', '"s":"\\u0000"'],
  ['a lone high surrogate in an escape', '"s":"\\ud800"'],
  ['a lone low surrogate in an escape, as a key', '"\\udc00":1'],
  ['a surrogate pair in escapes', '"s":"\\ud83d\\ude42"'],
  ['DEL and C1 as they are', '"s":"\u007f\u0085\u009f"'],
  ['line and paragraph separators', '"s":"\u2028\u2029"'],
  ['a byte order mark in a text', '"s":"\ufeff"'],
  ['100,000 arrays in each other', `"deep":${nested('[', ']', 100_000)}`],
  ['20,000 objects in each other', `"deep":${nested('{"a":', '}', 20_000)}`],
  ['20,000 targets in each other', `"deep":${nested('{"target":', '}', 20_000)}`],
  ['20,000 members', `"many":[${'0,'.repeat(20_000)}0]`],
];

/** `JSON.parse` does not take these. */
const refused: readonly (readonly [string, string])[] = [
  ['a leading zero', '{"target":"worker","n":01}'],
  ['a leading plus', '{"target":"worker","n":+1}'],
  ['a number that ends in a point', '{"target":"worker","n":1.}'],
  ['a number that begins with a point', '{"target":"worker","n":.5}'],
  ['a hexadecimal number', '{"target":"worker","n":0x10}'],
  ['Infinity', '{"target":"worker","n":Infinity}'],
  ['undefined', '{"target":"worker","n":undefined}'],
  ['True', '{"target":"worker","n":True}'],
  ['a control character in a text', '{"target":"worker","s":"\u0001"}'],
  ['a line break in a text', '{"target":"worker","s":"a\nb"}'],
  ['half an escape', '{"target":"worker","s":"\\u12"}'],
  ['an escape of letters that are no digits', '{"target":"worker","s":"\\u12g4"}'],
  ['a comment', '{"target":"worker"/* here */}'],
  ['a vertical tab as white space', '{"target":\u000b"worker"}'],
  ['a no-break space as white space', '{"target":\u00a0"worker"}'],
  ['a comma at the end', '{"target":"worker","a":[1,]}'],
  ['a comma at the start', '{,"target":"worker"}'],
  ['a key without a value', '{"target":"worker","a"}'],
  ['a zero byte at the end', '{"target":"worker"}\u0000'],
  ['a bracket too many', `{"target":"worker","a":${'['.repeat(50_000)}${']'.repeat(50_001)}}`],
  ['a bracket too few', `{"target":"worker","a":${'['.repeat(50_001)}${']'.repeat(50_000)}}`],
  ['brackets that cross', '{"target":"worker","a":[{]}}'],
];

describe('PROTOCOL A3: valid JSON, at any depth, as JSON.parse says (FAULTS 30)', () => {
  let relay: ServedRelay;
  let room: TestRoom;
  let commander: RawWebSocket;
  let worker: RawWebSocket;
  beforeAll(async () => {
    relay = await startServe();
    room = await openRoom(relay);
    commander = await room.controller('commander');
    worker = await room.controller('worker');
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  it.each(taken)('%s is forwarded byte for byte, wherever it stands', async (_, fields) => {
    for (const text of [`{"target":"worker",${fields}}`, `{${fields},"target":"worker"}`]) {
      expect(JSON.parse(text).target).toBe('worker');
      commander.sendText(text);
      expect((await worker.nextText()) === text).toBe(true);
    }
  });

  it.each(taken)('%s comes out of the queue as it went in, and flagged', async (_, fields) => {
    commander.sendText(`{"target":"away",${fields}}`);
    await room.untilWaiting('away', 1);
    await using away = await room.controller('away');
    const expected = `{"target":"away",${fields},"_offline_queued":true}`;
    expect((await away.nextText()) === expected).toBe(true);
    await room.untilWaiting('away', 0);
    away.sendClose(1000);
    await away.gone;
    await room.untilPresence('away', 'offline');
  });

  it.each(refused)('%s is a bad_message and goes to nobody', async (_, text) => {
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    commander.sendText(text);
    expect(await commander.nextJson()).toMatchObject({ status: 'error', code: 'bad_message' });
    await settle(worker);
  });

  it.each([
    ['the last of two', '{"target":"nobody","target":"worker"}'],
    ['the last of two, the first of which is no client id', '{"target":null,"target":"worker"}'],
    ['the last of two, of which one is written with escapes', '{"\\u0074arget":"nobody","target":"worker"}'],
    ['the last of two, of which the other is written with escapes', '{"target":"nobody","targ\\u0065t":"worker"}'],
    ['not a nested one that comes last', '{"target":"worker","a":{"target":"nobody"}}'],
    ['not one in a text', '{"target":"worker","a":"\\",\\"target\\":\\"nobody"}'],
    ['not a key that only begins so', '{"target":"worker","targets":"nobody","targe":"nobody","target ":"nobody"}'],
    ['a value with escapes', '{"target":"\\u0077ork\\u0065r"}'],
  ])('the target is %s', async (_, text) => {
    commander.sendText(text);
    expect(await worker.nextText()).toBe(text);
    expect(await room.waiting('nobody')).toBe(0);
  });

  it('a target with a surrogate pair in escapes is the client of that name', async () => {
    await using smile = await room.controller('🙂');
    const text = '{"target":"\\ud83d\\ude42"}';
    commander.sendText(text);
    expect(await smile.nextText()).toBe(text);
  });
});
