import { expect, it } from 'vitest';
import { counted } from '../../src/cli/counted.ts';

it('one is one message, all else are messages', () => {
  expect([0, 1, 2, 12].map((count) => counted(count, 'message'))).toEqual([
    '0 messages',
    '1 message',
    '2 messages',
    '12 messages',
  ]);
});
