import { expect, it } from 'vitest';
import { isMessageId } from '../../src/protocol/message-id.ts';

it('is a text of 1 to 64 characters, however many bytes they have', () => {
  for (const id of ['c', 'x'.repeat(64), '😀'.repeat(64), ' ', '\n']) expect(isMessageId(id)).toBe(true);
  for (const id of ['', 'x'.repeat(65), '😀'.repeat(65), '\ud800', 7, null, undefined, ['c']]) {
    expect(isMessageId(id)).toBe(false);
  }
});
