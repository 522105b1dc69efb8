import type { Batch, Operation, OperationResult } from './operations.ts';

const firstCapacityBytes = 16 * 1024;

/** What is done with an operation's result, or with the reason why it was refused. */
export type Settle = (refusal: string | undefined, result?: OperationResult) => void;

/**
 * Collects the operations of one batch. Payloads are copied once, into one buffer that changes threads without a copy: posting
 * them as they came would clone the whole pool behind each small Buffer.
 */
export class BatchBuilder {
  readonly #operations: Operation[] = [];
  readonly #settles: Settle[] = [];
  #payloads = new ArrayBuffer(firstCapacityBytes);
  #payloadBytes = 0;

  get operations(): number {
    return this.#operations.length;
  }

  get payloadBytes(): number {
    return this.#payloadBytes;
  }

  get settles(): readonly Settle[] {
    return this.#settles;
  }

  add(operation: Operation, settle: Settle): void {
    this.#operations.push(operation);
    this.#settles.push(settle);
  }

  /** Copies the payload and returns where it begins. */
  addPayload(payload: Uint8Array): number {
    const start = this.#payloadBytes;
    const end = start + payload.byteLength;
    if (end > this.#payloads.byteLength) {
      this.#payloads = this.#payloads.transfer(Math.max(end, 2 * this.#payloads.byteLength));
    }
    new Uint8Array(this.#payloads).set(payload, start);
    this.#payloadBytes = end;
    return start;
  }

  build(): Batch {
    return { operations: this.#operations, payloads: this.#payloads };
  }
}
