import { describe } from 'vitest';
import { describeClaims } from './store-contract/claims.ts';
import { describeDirectory } from './store-contract/directory.ts';
import { describeEnds } from './store-contract/ends.ts';
import { KeptStore, type StoreUnderTest } from './store-contract/kept-store.ts';
import { describeQueues } from './store-contract/queues.ts';
import { describeWhole } from './store-contract/whole.ts';

/** What every implementation of `RelayStore` promises. */
export function describeStoreContract(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`the promises of the store, kept by ${name}`, () => {
    const kept = new KeptStore(open);
    describeQueues(kept);
    describeClaims(kept);
    describeEnds(kept);
    describeDirectory(kept);
    describeWhole(kept);
  });
}
