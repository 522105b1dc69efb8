import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isObject, readCredentials } from '../../src/protocol/messages.ts';

function refusalOf(value: unknown): { code: string; message: string } {
  const read = readCredentials(value);
  if (!('code' in read)) throw new Error(`accepted ${JSON.stringify(value)}`);
  return read;
}

describe('the first message (PROTOCOL A2)', () => {
  it('is a master key with the name that the controller gives itself', () => {
    expect(readCredentials({ auth_key: 'k', sender: 'my_controller_id' })).toEqual({
      kind: 'master',
      authKey: 'k',
      sender: 'my_controller_id',
    });
  });

  it('is a device token, which wins over an auth_key and needs no name', () => {
    const device = { kind: 'device', deviceToken: 't' };
    expect(readCredentials({ device_token: 't' })).toEqual(device);
    expect(readCredentials({ auth_key: 'k', sender: 'a', device_token: 't' })).toEqual(device);
    expect(readCredentials({ sender: ' no id ', device_token: 't', more: 1 })).toEqual(device);
  });

  it.each([null, [], 'auth_key', 7, true, undefined])('is a JSON object, not %j', (value) => {
    expect(refusalOf(value).code).toBe('bad_message');
  });

  it.each([
    [{}, 'auth_key or device_token is missing'],
    [{ sender: 'a' }, 'auth_key or device_token is missing'],
    [{ auth_key: 7, sender: 'a' }, 'auth_key must be a string'],
    [{ auth_key: null, sender: 'a' }, 'auth_key must be a string'],
    [{ device_token: 7 }, 'device_token must be a string'],
    [{ device_token: null, auth_key: 'k', sender: 'a' }, 'device_token must be a string'],
    [{ auth_key: 'k' }, 'sender is missing or not a string'],
    [{ auth_key: 'k', sender: ['a'] }, 'sender is missing or not a string'],
  ])('lacks something: %j', (value, words) => {
    const refusal = refusalOf(value);
    expect(refusal.code).toBe('missing_credentials');
    expect(refusal.message).toContain(words);
  });

  it.each(['', ' a', 'a,b', 'a\n', 'x'.repeat(129), '\ud800'])('names itself with a client id, not %j', (sender) => {
    expect(refusalOf({ auth_key: 'k', sender }).code).toBe('invalid_client_id');
  });

  it('is answered without repeating a secret, or a name of any length', () => {
    const secret = 'rly_secret';
    for (const value of [{ auth_key: secret }, { auth_key: secret, sender: 'a,b' }, { auth_key: [secret] }]) {
      expect(JSON.stringify(readCredentials(value))).not.toContain(secret);
    }
    expect(refusalOf({ auth_key: 'k', sender: 'x'.repeat(4000) }).message.length).toBeLessThan(400);
  });

  it('is read whatever it is', () => {
    const odd = fc.object({ key: fc.constantFrom('auth_key', 'sender', 'device_token', '__proto__'), maxDepth: 1 });
    fc.assert(
      fc.property(fc.oneof(odd, fc.anything()), (value) => {
        const read = readCredentials(value);
        if ('code' in read) expect(read.message.length).toBeGreaterThan(10);
        else expect(typeof (read.kind === 'device' ? read.deviceToken : read.authKey)).toBe('string');
      }),
    );
  });
});

describe('an object of JSON', () => {
  it('is neither null nor an array', () => {
    expect(isObject({})).toBe(true);
    for (const value of [null, undefined, [], 'a', 7, true]) expect(isObject(value)).toBe(false);
  });
});
