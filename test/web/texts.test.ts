import { describe, expect, it } from 'vitest';
import { type Device, filterDevices, isPassing } from '../../src/web/app/model/device.ts';
import { addressDraft, problemOf } from '../../src/web/app/model/draft.ts';
import { formatMoment } from '../../src/web/app/model/moments.ts';
import { visibleText } from '../../src/web/app/model/visible-text.ts';

describe('text from outside', () => {
  it.each([
    ['plain Grüße 🙂\n\tend', 'plain Grüße 🙂\n\tend'],
    ['\u001b[2J\u0007', '\\u{001b}[2J\\u{0007}'],
    ['\u202eexe.gnp', '\\u{202e}exe.gnp'],
    ['a\u200bb\u2066c\ufeff', 'a\\u{200b}b\\u{2066}c\\u{feff}'],
    ['a\u2028b', 'a\\u{2028}b'],
  ])('%j is shown as %j', (text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });
});

describe('a moment', () => {
  const now = new Date(2026, 10, 24, 18, 0, 0);

  it('is a time today, has its date on any other day, and is left alone when it is none', () => {
    expect(formatMoment(new Date(2026, 10, 24, 9, 5, 7).toISOString(), now)).toBe('09:05:07');
    expect(formatMoment(new Date(2026, 0, 2, 23, 59, 0).toISOString(), now)).toBe('2026-01-02 23:59:00');
    expect(formatMoment('soon', now)).toBe('soon');
  });
});

describe('a draft', () => {
  const options = { sender: 'me', bytesMax: 100, makeId: () => 'id' };

  it('keeps every digit, and gets target, id and sender', () => {
    expect(addressDraft({ json: ' {"n":1.0} ', isNowOnly: false }, ['gate'], options)).toEqual([
      { target: 'gate', messageId: 'id', text: '{"n":1.0,"target":"gate","_id":"id","sender":"me"}' },
    ]);
  });

  it('is handed over now or not at all with a time to live of none', () => {
    const [message] = Object.values(addressDraft({ json: '{}', isNowOnly: true }, ['gate'], options));
    expect(message).toMatchObject({ text: '{"target":"gate","_id":"id","_ttl":0,"sender":"me"}' });
  });

  it.each([
    ['', 'write a JSON object'],
    ['[1]', 'not a JSON object'],
    ['{"a":}', 'not JSON'],
  ])('%j is not sent, because: %s', (json, why) => {
    expect(problemOf(json)).toContain(why);
  });

  it('goes to nobody when it is addressed to another or too big for one of its targets', () => {
    const problem = (json: string) => addressDraft({ json, isNowOnly: false }, ['gate', 'pump'], options);
    expect(problem('{"target":"gate"}')).toEqual({ problem: expect.stringContaining('already has the target') });
    expect(problem(`{"x":"${'ü'.repeat(40)}"}`)).toEqual({ problem: expect.stringContaining('message_bytes') });
  });
});

describe('the list of devices', () => {
  const client = (id: string, registered = false, waiting = 0): Device => ({
    id,
    state: 'online',
    onlineSince: null,
    lastSeen: null,
    waiting,
    registered,
  });

  it('leaves out pages and commands that are there for a moment, and nothing that was registered or has mail', () => {
    expect(isPassing(client('dashboard-ab12cd34'))).toBe(true);
    expect(isPassing(client('dashboard-ab12cd34', true))).toBe(false);
    expect(isPassing(client('dashboard-ab12cd34', false, 1))).toBe(false);
    expect(isPassing(client('dashboard-hall'))).toBe(false);
  });

  it('is filtered without regard to case', () => {
    expect(filterDevices([client('Gate-1'), client('pump')], ' gate').map(({ id }) => id)).toEqual(['Gate-1']);
  });
});
