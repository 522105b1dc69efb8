import { describe, expect, it } from 'vitest';
import { readRecordLine, recordLine } from '../../../src/cli/recording/recorded-message.ts';

const about = { ms: 1_500, atMs: Date.UTC(2026, 10, 24, 8, 15), from: 'gate', target: 'console' };

describe('a line of a recording', () => {
  it('holds the payload as it came, without what the relay added', () => {
    const text = '{\n "n":12345678901234567890, "_from":"gate","_seq":4,"_age_ms":7,"_offline_queued":true}';
    const line = recordLine(text, JSON.parse(text), { ...about, queued: true, ageMs: 7 });
    expect(line).toBe(
      '{"ms":1500,"at":"2026-11-24T08:15:00.000Z","from":"gate","target":"console","queued":true,"age_ms":7,"payload":{"n":12345678901234567890}}',
    );
    expect(readRecordLine(line)).toEqual({ ms: 1_500, target: 'console', payload: '{"n":12345678901234567890}' });
  });

  it('says what the relay did with a message that passed in the room', () => {
    const line = recordLine('{"a" : 1.0}', { a: 1 }, { ...about, outcome: 'queued', dropped: 3 });
    expect(line).toContain('"outcome":"queued","dropped":3,"payload":{"a" : 1.0}}');
    expect(readRecordLine(line)).toEqual({ ms: 1_500, target: 'console', payload: '{"a" : 1.0}' });
  });

  it.each([
    ['{"ms":1', 'is not JSON'],
    ['[]', 'is not a JSON object'],
    ['{"target":"x","payload":{}}', 'has no "ms"'],
    ['{"ms":-1,"target":"x","payload":{}}', 'has no "ms"'],
    ['{"ms":1,"target":"a,b","payload":{}}', 'has no "target"'],
    ['{"ms":1,"target":"x"}', 'has no "payload"'],
    ['{"ms":1,"target":"x","payload":[]}', 'has no "payload"'],
  ])('that is none is refused: %s', (line, problem) => {
    expect(readRecordLine(line)).toEqual({ problem: expect.stringContaining(problem) });
  });
});
