import { isIPv6 } from 'node:net';

/** Groups of 16 bits that a network of IPv6 has; the other four are its machine's own choice (RFC 4291 §2.5.1). */
const networkGroups = 4;
const groupsInAll = 8;

function groupsOf(text: string): string[] {
  // An address of IPv4 at the end stands for two groups.
  return text === '' ? [] : text.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [group]));
}

/**
 * What counts as one where limits go by address: an address of IPv4, but a whole network of 64 bits of IPv6, because whoever has one
 * address there has all of them.
 */
export function addressBlock(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [front = '', back = ''] = address.replace(/%.*$/, '').split('::');
  const [first, last] = [groupsOf(front), groupsOf(back)];
  const zeros = new Array<string>(Math.max(0, groupsInAll - first.length - last.length)).fill('0');
  const network = [...first, ...zeros, ...last].slice(0, networkGroups);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
