import { expect, it } from 'vitest';
import { createAuthThrottle } from '../../src/server/rates/auth-throttle.ts';

it('remembers so many addresses, and forgets the one that it heard of longest ago', () => {
  const throttle = createAuthThrottle({ clock: () => 0, failuresPerMinute: () => 1, addressesMax: 2 });
  const answered: string[] = [];
  const fail = (address: string) =>
    throttle.punish(address, { code: 'invalid_credentials', message: 'wrong' }, () => answered.push(address));
  for (const address of ['a', 'b', 'a', 'c', 'a', 'b']) fail(address);
  // Told at once: the first of each, and b again, which was forgotten for c. Those of a wait.
  expect(answered).toEqual(['a', 'b', 'c', 'b']);
  throttle.close();
});
