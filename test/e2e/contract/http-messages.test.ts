import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { callApi } from './http-api.ts';
import { openRoom, settle, type TestRoom } from './test-room.ts';

let relay: ServedRelay;
let room: TestRoom;
beforeAll(async () => {
  relay = await startServe();
  room = await openRoom(relay);
});
afterAll(() => relay[Symbol.asyncDispose]());

/** Posts a body byte for byte. */
async function post(body: Uint8Array | string): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers = { authorization: `Bearer ${room.authKey}`, 'content-type': 'application/json' };
  const response = await fetch(new URL('/api/messages/', relay.http), { method: 'POST', headers, body });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

describe('PROTOCOL C: POST /api/messages/', () => {
  it('passes the body on byte for byte, and says that it was read', async () => {
    await using gate = await room.device('gate');
    const body = '{ "target" : "gate", "n":12345678901234567890, "é":1.0 }';
    expect(await post(body)).toEqual({ status: 200, body: { status: 'delivered', target: 'gate' } });
    expect(await gate.nextText()).toBe(body);
  });

  it('takes nothing that is not UTF-8, which would end the connection of its target', async () => {
    await using gate = await room.device('gate');
    for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0xaf]]) {
      const body = Buffer.concat([Buffer.from('{"target":"gate","s":"'), Buffer.from(bytes), Buffer.from('"}')]);
      expect(await post(body)).toMatchObject({ status: 400, body: { code: 'bad_message' } });
    }
    await settle(gate);
  });

  it.each(['""', '5', 'null', JSON.stringify('x'.repeat(65))])('takes no message with the _id %s', async (id) => {
    const answer = await post(`{"target":"away","_id":${id}}`);
    expect(answer).toMatchObject({ status: 400, body: { code: 'bad_message' } });
    expect(await room.waiting('away')).toBe(0);
  });
});

describe('PROTOCOL C: GET /api/queue/ID', () => {
  it('shows what waits longer than dates can say as that, and what waits beside it', async () => {
    const patient = await openRoom(relay, { queue_ttl: 'unlimited' });
    const asPatient = { key: patient.authKey };
    for (const _ttl of [Number.MAX_SAFE_INTEGER, 3600]) {
      await callApi(relay, '/api/messages/', { ...asPatient, method: 'POST', body: { target: 'gate', _ttl } });
    }
    const { status, body } = await callApi(relay, '/api/queue/gate', asPatient);
    expect(status).toBe(200);
    expect(body.messages).toMatchObject([{ expires_at: null }, { expires_at: expect.stringMatching(/Z$/) }]);
  });
});
