import type { Sender } from './sender.ts';

/** A message that was handed over live and whose proof is awaited: its id, never its payload (PROTOCOL B `receipts`). */
export interface LiveReceipt {
  readonly sender: Sender;
  readonly messageId: string;
}

/** Messages that may await their proof at one receiver; beyond that it is treated as one that does not read. */
const awaitingMax = 10_000;

/** What one receiver has been handed live and has not proven to have read. */
export class LiveReceipts {
  #unpinged: LiveReceipt[] = [];
  readonly #pinged: { readonly pingNumber: number; readonly receipts: readonly LiveReceipt[] }[] = [];
  #count = 0;

  get isFull(): boolean {
    return this.#count >= awaitingMax;
  }

  /** Adds one; true when it is the first since the last ping, so that a new ping is needed behind it. */
  add(receipt: LiveReceipt): boolean {
    this.#count += 1;
    return this.#unpinged.push(receipt) === 1;
  }

  /** Whether there are some without a ping behind them. */
  get hasUnpinged(): boolean {
    return this.#unpinged.length > 0;
  }

  /** A ping with this number follows everything that was added so far. */
  notePing(pingNumber: number): void {
    if (this.#unpinged.length === 0) return;
    this.#pinged.push({ pingNumber, receipts: this.#unpinged });
    this.#unpinged = [];
  }

  /** Those that a pong proves; a pong confirms every ping before it. */
  takeProven(pingNumber: number): LiveReceipt[] {
    const proven: LiveReceipt[] = [];
    while (this.#pinged[0] !== undefined && this.#pinged[0].pingNumber <= pingNumber) {
      proven.push(...(this.#pinged.shift()?.receipts ?? []));
    }
    this.#count -= proven.length;
    return proven;
  }

  /** All of them: their proof will never come. */
  takeAll(): LiveReceipt[] {
    const all = [...this.#pinged.flatMap((pinged) => pinged.receipts), ...this.#unpinged];
    this.#pinged.length = 0;
    this.#unpinged = [];
    this.#count = 0;
    return all;
  }
}
