import { afterEach, beforeEach } from 'vitest';
import type { ClaimRequest, RelayStore } from '../../../src/server/store/store.ts';
import { claimAll, message, text } from '../store-samples.ts';

/** A store under test, and how it is killed and started again. */
export interface StoreUnderTest {
  readonly store: RelayStore;
  /** Ends the store without a farewell and opens what it left. */
  restart(): Promise<RelayStore>;
  cleanUp(): Promise<void>;
}

/** The store of the test that runs, opened before it and cleaned up behind it. */
export class KeptStore {
  #underTest: StoreUnderTest | undefined;
  #store: RelayStore | undefined;

  constructor(open: () => Promise<StoreUnderTest>) {
    beforeEach(async () => {
      this.#underTest = await open();
      this.#store = this.#underTest.store;
    });
    afterEach(() => this.#underTest?.cleanUp());
  }

  get store(): RelayStore {
    if (this.#store === undefined) throw new Error('no test runs');
    return this.#store;
  }

  enqueue(...texts: string[]): Promise<number[]> {
    return Promise.all(texts.map((text) => this.store.queue.enqueue(message({ text }))));
  }

  async claimTexts(over: Partial<ClaimRequest> = {}): Promise<string[]> {
    return (await this.store.queue.claim(claimAll(over))).messages.map(({ payload }) => text(payload));
  }

  async restart(): Promise<void> {
    this.#store = await this.#underTest?.restart();
  }
}
