import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultUserLimits, limitsToJson } from '../../src/protocol/limits.ts';
import { readRelayMessage } from '../../src/protocol/read-relay-message.ts';

const me = { clientId: 'me', hasFrom: false };
const signed = { clientId: 'me', hasFrom: true };

describe('what the relay says, on the side of a client', () => {
  it('is told by its status', () => {
    expect(readRelayMessage({ status: 'pong' }, me)).toEqual({ status: 'pong' });
    const error = { status: 'error', code: 'queue_full', message: 'full', target: 'gate', _id: 'c-91' };
    expect(readRelayMessage(error, me)).toEqual(error);
    const slow = { status: 'error', code: 'rate_limited', message: 'slow', count: 3 };
    expect(readRelayMessage(slow, me)).toEqual(slow);
    for (const status of ['delivered', 'queued', 'expired', 'cancelled']) {
      const receipt = { status, _id: 'c-91', target: 'gate' };
      expect(readRelayMessage({ ...receipt, more: 1 }, me)).toEqual(receipt);
    }
    const presence = { status: 'presence', devices: { gate: 'online', pump: 'offline' } };
    expect(readRelayMessage(presence, me)).toEqual(presence);
    const tap = { status: 'tap', from: 'a', target: 'b', outcome: 'sent', dropped: 2, payload: { n: 1 } };
    expect(readRelayMessage(tap, me)).toEqual(tap);
  });

  it('is a login with what was granted, and without where nothing was asked for', () => {
    const bare = { status: 'authenticated', client_id: 'me' };
    expect(readRelayMessage(bare, undefined)).toEqual(bare);
    const limits = limitsToJson(defaultUserLimits());
    const granted = { ...bare, extensions: ['receipts', 'of_tomorrow', 'ttl'], limits: { ...limits, queue_bytes: 7 } };
    expect(readRelayMessage(granted, undefined)).toEqual({
      ...granted,
      extensions: ['receipts', 'ttl'],
    });
  });

  it('has the limits of the contract where the relay tells none or odd ones', () => {
    const limits = { message_rate: 'unlimited', message_burst: [], of_tomorrow: 1 };
    expect(readRelayMessage({ status: 'authenticated', client_id: 'me', limits }, undefined)).toEqual({
      status: 'authenticated',
      client_id: 'me',
      limits: { ...limitsToJson(defaultUserLimits()), message_rate: 'unlimited' },
    });
  });

  it('leaves out what has another type than the contract says', () => {
    expect(
      readRelayMessage({ status: 'error', code: 'a', message: 'b', target: 7, _id: {}, count: '3', more: 1 }, me),
    ).toEqual({ status: 'error', code: 'a', message: 'b' });
    expect(readRelayMessage({ status: 'presence', devices: { a: 'online', b: 'away', c: 1 } }, me)).toEqual({
      status: 'presence',
      devices: { a: 'online' },
    });
    expect(readRelayMessage({ status: 'authenticated', client_id: 'me', extensions: 'all', limits: [] }, me)).toEqual({
      status: 'authenticated',
      client_id: 'me',
    });
  });

  it.each([
    {},
    { status: 'busy', client_id: 'me' },
    { status: 'authenticated' },
    { status: 'authenticated', client_id: 7 },
    { status: 'error', code: 'a' },
    { status: 'error', message: 'b' },
    { status: 'error', code: 7, message: 'b' },
    { status: 'delivered', target: 'gate' },
    { status: 'delivered', _id: 'c-91' },
    { status: 'unconfirmed', _id: 'c-91', target: 'gate' },
    { status: 'presence' },
    { status: 'presence', devices: ['gate'] },
    { status: 'tap', from: 'a', target: 'b', outcome: 'sent' },
    { status: 'tap', from: 'a', target: 'b', outcome: 'sent', payload: [] },
    { status: 'tap', from: 'a', target: 'b', payload: {} },
    { status: 'tap', from: 'a', outcome: 'sent', payload: {} },
    [],
    null,
    'pong',
  ])('is not %j', (value) => expect(readRelayMessage(value, me)).toBeUndefined());
});

describe('a payload', () => {
  const words = [
    { status: 'pong' },
    { status: 'error', code: 'revoked', message: 'go away' },
    { status: 'authenticated', client_id: 'me' },
    { status: 'delivered', _id: 'c-91' },
    { status: 'presence', devices: { gate: 'online' } },
    { status: 'tap', from: 'a', outcome: 'sent', payload: {} },
  ];

  it.each(words)('that was sent to this client is never the word of the relay: %j', (word) => {
    expect(readRelayMessage({ ...word, target: 'me' }, me)).toBeUndefined();
    expect(readRelayMessage({ ...word, target: 'me', _from: 'a' }, signed)).toBeUndefined();
  });

  it('is told by its signature where there is one, so that the relay can speak of messages to oneself', () => {
    const receipt = { status: 'delivered', _id: 'c-91', target: 'me' };
    expect(readRelayMessage(receipt, signed)).toEqual(receipt);
    expect(readRelayMessage(receipt, me)).toBeUndefined();
    const tap = { status: 'tap', from: 'a', target: 'me', outcome: 'sent', payload: { _from: 'b' } };
    expect(readRelayMessage(tap, signed)).toEqual(tap);
  });

  it('is no word of the relay whatever else it has', () => {
    const odd = fc.dictionary(
      fc.constantFrom('status', 'code', 'message', '_id', 'devices', 'from', 'outcome', 'payload', '__proto__'),
      fc.oneof(fc.constantFrom('pong', 'error', 'delivered', 'presence', 'tap'), fc.anything()),
    );
    fc.assert(
      fc.property(odd, fc.string(), (fields, from) => {
        expect(readRelayMessage({ ...fields, target: 'me' }, me)).toBeUndefined();
        expect(readRelayMessage({ ...fields, _from: from }, signed)).toBeUndefined();
      }),
    );
  });
});
