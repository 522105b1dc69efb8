import { describe, expect, it } from 'vitest';
import { startServe } from '../e2e/built-relay.ts';
import { login, openRoom, settle } from '../e2e/contract/test-room.ts';

/** What a terminal or a reader of lines would obey. */
const hostile =
  '\n{"level":50,"msg":"forged"}\r\n\u001b[2J\u001b]0;title\u0007\u009b31m\u202egnp.exe\u2028\u2029\u0000';
/** A client id may hold these: no control characters, but marks that turn the direction of a line. */
const turning = '\u202egnp.exe\u2066\u2028"}';
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;

describe('FAULTS 31: newlines, escape sequences and bidi marks in names and payloads', () => {
  it('make one JSON log line an event, with no control character in it', async () => {
    await using relay = await startServe({ args: ['--log-level', 'trace'] });
    const room = await openRoom(relay);
    await using sender = await room.controller(turning);
    await using worker = await room.device('worker');

    sender.sendJson({ target: 'worker', text: hostile });
    expect(await worker.nextJson()).toEqual({ target: 'worker', text: hostile });
    for (const mistake of [{ target: hostile }, { action: hostile }, { target: 'worker', [hostile]: 1 }]) {
      sender.sendJson(mistake);
    }
    sender.sendText(hostile);
    expect((await sender.nextJson()).code).toBe('invalid_target');
    expect((await sender.nextJson()).code).toBe('unknown_action');
    expect((await sender.nextJson()).code).toBe('bad_message');
    await expect(login(relay.url, { auth_key: room.authKey, sender: hostile })).rejects.toThrow('invalid_client_id');
    await expect(login(relay.url, { auth_key: hostile, sender: 'x' })).rejects.toThrow('invalid_credentials');
    const path = `/api/devices/${encodeURIComponent(hostile)}`;
    const answer = await fetch(relay.http + path, { headers: { authorization: `Bearer ${room.authKey}` } });
    expect(answer.status).toBe(404);
    await settle(sender);

    const { stderr } = await relay.stop();
    expect(stderr).not.toMatch(controls);
    const lines = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.some(({ msg }) => msg === 'forged')).toBe(false);
    expect(lines.filter(({ msg, client }) => msg === 'joined' && client === turning)).toHaveLength(1);
    expect(lines.filter(({ msg, client }) => msg === 'joined' && client === 'worker')).toHaveLength(1);
  });
});
