import { BatchBuilder, type Settle } from './batch-builder.ts';
import type { Batch, Operation, Outcomes } from './operations.ts';

/**
 * A batch is no larger, so that its transaction stays well below the reserve of a full disk (disk-room.ts) and others do not
 * wait long behind it. A thousand messages of 1 KiB still share one fsync.
 */
const batchPayloadBytesMax = 2 * 1024 * 1024;
const batchOperationsMax = 1024;

/**
 * Above this the senders should no longer be read: a quarter of a second of work for the store at its measured speed, on a slow
 * disk some seconds.
 */
const congestedPayloadBytes = 8 * 1024 * 1024;
const congestedOperations = 20_000;

export interface GroupCommitOptions {
  /** Runs a batch; its outcomes come back through `settle`. */
  readonly send: (batch: Batch) => void;
  /** What is under way has fallen to half of what made it congested. */
  readonly onRelieved: () => void;
  /** A batch has come back: how long it took, in milliseconds, and how many operations shared it. */
  readonly onSettled?: (durationMs: number, operations: number) => void;
}

/**
 * Collects operations while a batch is under way and then sends them together, so that the more there is to do, the more
 * share one fsync. One batch at a time, in the order of the calls.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  readonly #waiting: BatchBuilder[] = [];
  #underWay: BatchBuilder | undefined;
  #sentAtMs = 0;
  #isScheduled = false;
  #isCongested = false;
  #operations = 0;
  #payloadBytes = 0;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  get isCongested(): boolean {
    return this.#isCongested;
  }

  submit(operation: Operation, settle: Settle): void {
    this.#add(this.#builderFor(0), operation, settle);
  }

  /** Submits an operation that carries a payload, which is copied here; the operation is told where it lies. */
  submitPayload(payload: Uint8Array, operationAt: (payloadStart: number) => Operation, settle: Settle): void {
    const builder = this.#builderFor(payload.byteLength);
    this.#payloadBytes += payload.byteLength;
    this.#add(builder, operationAt(builder.addPayload(payload)), settle);
  }

  /** The batch under way is done. The next one is on its way before the callers of this one hear of it. */
  settle({ results, refusals }: Outcomes): void {
    const done = this.#underWay;
    if (done === undefined) return;
    this.#underWay = undefined;
    this.#options.onSettled?.(performance.now() - this.#sentAtMs, done.operations);
    this.#sendNext();
    done.settles.forEach((settle, index) => {
      settle(refusals.get(index), results[index]);
    });
    this.#leave(done);
  }

  /** Nothing comes back any more: refuses all that is under way or waits. */
  refuseAll(reason: string): void {
    const builders = [...(this.#underWay === undefined ? [] : [this.#underWay]), ...this.#waiting.splice(0)];
    this.#underWay = undefined;
    for (const builder of builders) {
      for (const settle of builder.settles) settle(reason);
      this.#leave(builder);
    }
  }

  #builderFor(payloadBytes: number): BatchBuilder {
    const last = this.#waiting.at(-1);
    const fits =
      last !== undefined &&
      last.operations < batchOperationsMax &&
      (last.payloadBytes === 0 || last.payloadBytes + payloadBytes <= batchPayloadBytesMax);
    if (fits) return last;
    const added = new BatchBuilder();
    this.#waiting.push(added);
    return added;
  }

  #add(builder: BatchBuilder, operation: Operation, settle: Settle): void {
    builder.add(operation, settle);
    this.#operations += 1;
    this.#isCongested ||= this.#operations > congestedOperations || this.#payloadBytes > congestedPayloadBytes;
    this.#schedule();
  }

  /** At the end of the tick, so that what its sockets brought goes together. */
  #schedule(): void {
    if (this.#isScheduled || this.#underWay !== undefined) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (this.#underWay === undefined) this.#sendNext();
    });
  }

  #sendNext(): void {
    this.#underWay = this.#waiting.shift();
    if (this.#underWay === undefined) return;
    this.#sentAtMs = performance.now();
    this.#options.send(this.#underWay.build());
  }

  #leave(builder: BatchBuilder): void {
    this.#operations -= builder.operations;
    this.#payloadBytes -= builder.payloadBytes;
    const isRelieved =
      this.#isCongested &&
      this.#operations <= congestedOperations / 2 &&
      this.#payloadBytes <= congestedPayloadBytes / 2;
    if (isRelieved) {
      this.#isCongested = false;
      this.#options.onRelieved();
    }
  }
}
