import { describe, expect, it } from 'vitest';
import { composeAnswer, questionOf } from '../../../src/cli/listening/compose-answer.ts';
import type { ReceivedMessage } from '../../../src/client/types.ts';

const limits = { bytesMax: 1_000, killAfterMs: 60_000 };
const ended = { exit: 0, isCut: false, isKilled: false, durationMs: 5 };
const answerTo = (output: string, more = {}) => composeAnswer('c-1', { ...ended, output, ...more }, limits);

function received(payload: Record<string, unknown>, from?: string): ReceivedMessage {
  const { _id, _re } = payload;
  return {
    text: JSON.stringify(payload),
    payload,
    offlineQueued: false,
    receivedAtMs: 0,
    ...(typeof _id === 'string' ? { id: _id } : {}),
    ...(typeof _re === 'string' ? { re: _re } : {}),
    ...(from === undefined ? {} : { from }),
  };
}

describe('the answer to a message for which a command ran', () => {
  it('is its output as it is when that is a JSON object, every digit of it', () => {
    expect(answerTo('{ "position": 1.0, "n":12345678901234567890 }\n').json).toBe(
      '{ "position": 1.0, "n":12345678901234567890 ,"_re":"c-1"}',
    );
    expect(answerTo('{}').json).toBe('{"_re":"c-1"}');
  });

  it('is {"output":…} for anything else', () => {
    for (const output of ['open\n', '', '[1]', '"text"', '{"a":1', '{"a":1}{"b":2}']) {
      expect(JSON.parse(answerTo(output).json)).toEqual({ output, _re: 'c-1' });
    }
  });

  it('says how a command failed, unless it says so itself', () => {
    expect(JSON.parse(answerTo('stuck', { exit: 3 }).json)).toEqual({ output: 'stuck', exit: 3, _re: 'c-1' });
    expect(JSON.parse(answerTo('{"a":1}', { exit: 3 }).json)).toEqual({ a: 1, exit: 3, _re: 'c-1' });
    expect(JSON.parse(answerTo('{"exit":7}', { exit: 3 }).json)).toEqual({ exit: 7, _re: 'c-1' });
    expect(JSON.parse(answerTo('x', { exit: 143, isKilled: true }).json)).toEqual({
      output: 'x',
      exit: 143,
      error: 'ended after 1m',
      _re: 'c-1',
    });
  });

  it('has a way of its own when a command prints what it was given', () => {
    const given = '{"cmd":"echo","n":1.0,"target":"gate","sender":"me","_id":"c-1","_from":"me","_seq":4}';
    expect(answerTo(given).json).toBe('{"cmd":"echo","n":1.0,"_re":"c-1"}');
  });

  it('is cut to what the relay takes, and says so', () => {
    for (const output of [
      'x'.repeat(5_000),
      '\u0000'.repeat(5_000),
      '😀'.repeat(5_000),
      `{"a":"${'x'.repeat(5_000)}"}`,
    ]) {
      const { json, isCut } = answerTo(output);
      expect(isCut).toBe(true);
      expect(Buffer.byteLength(json)).toBeLessThanOrEqual(limits.bytesMax);
      const answer = JSON.parse(json);
      expect(answer).toMatchObject({ cut: true, _re: 'c-1' });
      expect(answer.output.length).toBeGreaterThan(50);
      expect(answer.output.isWellFormed()).toBe(true);
    }
    expect(JSON.parse(answerTo('{"a":1}', { isCut: true }).json)).toEqual({ output: '{"a":1}', cut: true, _re: 'c-1' });
  });
});

describe('who wants an answer', () => {
  it('is the sender of a message with an _id, at the address that it says', () => {
    expect(questionOf(received({ _id: 'c-1', sender: 'me' }, 'cli-1'))).toEqual({ asker: 'me', id: 'c-1' });
    expect(questionOf(received({ _id: 'c-1' }, 'cli-1'))).toEqual({ asker: 'cli-1', id: 'c-1' });
    expect(questionOf(received({ _id: 'c-1', sender: 'a,b' }, 'cli-1'))).toEqual({ asker: 'cli-1', id: 'c-1' });
  });

  it('is nobody when the message is an answer, has no _id, or nobody to answer to', () => {
    expect(questionOf(received({ _id: 'c-1', _re: 'c-0', sender: 'me' }))).toBeUndefined();
    expect(questionOf(received({ _id: 'c-1', _re: 5, sender: 'me' }))).toBeUndefined();
    expect(questionOf(received({ sender: 'me' }))).toBeUndefined();
    expect(questionOf(received({ _id: 'c-1' }))).toBeUndefined();
    expect(questionOf(received({ _id: 'x'.repeat(65), sender: 'me' }))).toBeUndefined();
  });
});
