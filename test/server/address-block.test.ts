import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressBlock } from '../../src/server/rates/address-block.ts';
import { createAuthThrottle } from '../../src/server/rates/auth-throttle.ts';

describe('what counts as one address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
    ['no address', 'no address'],
  ])('%s is of %s', (address, block) => {
    expect(addressBlock(address)).toBe(block);
  });

  it('is the same for every machine of a network of IPv6, however it is written', () => {
    const group = fc.nat(0xffff).map((number) => number.toString(16));
    const network = fc.tuple(group, group, group, group);
    fc.assert(
      fc.property(network, network, (front, back) => {
        const [whole, short] = [[...front, ...back].join(':'), `${front.join(':')}::`];
        expect(isIPv6(whole) && isIPv6(short)).toBe(true);
        expect(addressBlock(whole)).toBe(addressBlock(short));
        const other = [...front.slice(0, 3), ((Number.parseInt(front[3], 16) + 1) % 0x10000).toString(16)].join(':');
        expect(addressBlock(`${other}::`)).not.toBe(addressBlock(whole));
      }),
    );
  });

  it('is what wrong keys are counted by', () => {
    const throttle = createAuthThrottle({ clock: () => 0, failuresPerMinute: () => 2 });
    const answers: string[] = [];
    for (const machine of [1, 2, 3, 4]) {
      throttle.punish(`2001:db8::${machine}`, { code: 'invalid_credentials', message: '' }, ({ code }) =>
        answers.push(code),
      );
    }
    throttle.close();
    expect(answers).toHaveLength(2);
  });
});
