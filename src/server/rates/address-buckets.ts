import { addressBlock } from './address-block.ts';
import { TokenBucket } from './token-bucket.ts';

/** Addresses remembered at most unless said otherwise; beyond that the one is forgotten that was heard of longest ago. */
const defaultAddressesMax = 100_000;

/** A token bucket for each address, or each network where that counts as one. Rate and burst come with each call, since a limit may change while it is used. */
export class AddressBuckets {
  readonly #addressesMax: number;
  readonly #byAddress = new Map<string, TokenBucket>();

  constructor(addressesMax = defaultAddressesMax) {
    this.#addressesMax = addressesMax;
  }

  /** Takes one token of an address if it is there. */
  take(address: string, ratePerSecond: number, burst: number, nowMs: number): boolean {
    const block = addressBlock(address);
    const bucket = this.#byAddress.get(block) ?? new TokenBucket(burst, nowMs);
    // To the end: at the front stands who was heard of longest ago.
    this.#byAddress.delete(block);
    this.#byAddress.set(block, bucket);
    const [oldest] = this.#byAddress.size > this.#addressesMax ? this.#byAddress.keys() : [];
    if (oldest !== undefined) this.#byAddress.delete(oldest);
    return bucket.take(ratePerSecond, burst, nowMs);
  }

  /** Forgets the addresses whose buckets are full, which changes nothing for them. */
  forgetQuiet(ratePerSecond: number, burst: number, nowMs: number): void {
    for (const [address, bucket] of this.#byAddress) {
      if (bucket.isFull(ratePerSecond, burst, nowMs)) this.#byAddress.delete(address);
    }
  }
}
