/** Chance in the forms that a fuzzer wants, all from one seed. */
export interface Chance {
  /** Below 1. */
  readonly fraction: () => number;
  /** A whole number below this one. */
  below(limit: number): number;
  pick<Item>(items: readonly Item[]): Item;
  bytes(count: number): Buffer;
}

export function createChance(fraction: () => number): Chance {
  const below = (limit: number) => Math.floor(fraction() * limit);
  return {
    fraction,
    below,
    pick(items) {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => below(256))),
  };
}

/** Bytes with one thing wrong with them, or, now and then, nothing. */
export function spoil(bytes: Buffer, chance: Chance): Buffer {
  const at = chance.below(bytes.length + 1);
  switch (chance.below(6)) {
    case 0: {
      const flipped = Buffer.from(bytes);
      if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << chance.below(8));
      return flipped;
    }
    case 1:
      return bytes.subarray(0, at);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), chance.bytes(1 + chance.below(40)), bytes.subarray(at)]);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(chance.below(bytes.length + 1))]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), chance.bytes(bytes.length - at)]);
    default:
      return bytes;
  }
}
