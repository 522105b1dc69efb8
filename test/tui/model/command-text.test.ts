import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isClientId } from '../../../src/protocol/client-id.ts';
import { parseCommandText, withMessageId, writeName } from '../../../src/tui/model/command-text.ts';

const clientId = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter(isClientId);

describe('a command text', () => {
  it('has names, then a payload', () => {
    const { names, body } = parseCommandText('@mouse_pi @pump-* {"cmd":"reboot"}');
    expect(names.map(({ name }) => name)).toEqual(['mouse_pi', 'pump-*']);
    expect(body).toEqual({ kind: 'payload', json: '{"cmd":"reboot"}', payload: { cmd: 'reboot' } });
  });

  it('may have a payload alone, names alone, or nothing', () => {
    expect(parseCommandText('{"a":1}').names).toEqual([]);
    expect(parseCommandText('@x ').body).toEqual({ kind: 'empty' });
    expect(parseCommandText('').body).toEqual({ kind: 'empty' });
  });

  it('ends a name where the payload begins', () => {
    const { names, body } = parseCommandText('@mouse{"a":1}');
    expect(names[0]?.name).toBe('mouse');
    expect(body.kind).toBe('payload');
  });

  it('says line and column of a mistake in the whole text', () => {
    expect(parseCommandText('@x {"a":1,\n"b" 2}').body).toMatchObject({ kind: 'mistake', line: 2, column: 5 });
  });

  it('reads back every client id that it writes', () => {
    fc.assert(
      fc.property(fc.uniqueArray(clientId, { minLength: 1 }), (ids) => {
        const { names, body } = parseCommandText(`${ids.map(writeName).join(' ')} {"a":1}`);
        expect(names.map(({ name }) => name)).toEqual(ids);
        expect(body.kind).toBe('payload');
      }),
    );
  });

  it('adds an _id without touching another character', () => {
    expect(withMessageId('{"n": 1.0 }', { n: 1 }, 'c-1')).toBe('{"n": 1.0 ,"_id":"c-1"}');
    expect(withMessageId('{}', {}, 'c-1')).toBe('{"_id":"c-1"}');
  });
});
