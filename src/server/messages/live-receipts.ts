import type { Link } from '../rooms/link.ts';
import type { Session } from '../rooms/session.ts';
import type { SessionPings } from '../rooms/session-pings.ts';
import { readFrameHeader } from '../sockets/frame-header.ts';
import type { Sender } from './sender.ts';

/** A message that was handed over live and whose proof is awaited: its id, never its payload (PROTOCOL B `receipts`). */
export interface LiveReceipt {
  readonly sender: Sender;
  readonly messageId: string;
}

/** Many of one sender that were handed over together: their ids, in the frames that tell of their delivery. */
export interface ReceiptBatch {
  readonly sender: Session;
  readonly ids: number;
  readonly framed: Uint8Array;
}

/** Messages that may await their proof at one receiver; beyond that it is treated as one that does not read. */
const awaitingMax = 10_000;

/** What one receiver has been handed live and has not proven to have read, and the pings whose pongs are the proof. */
export class LiveReceipts {
  readonly #link: Link;
  readonly #pings: SessionPings;
  #unpinged: (LiveReceipt | ReceiptBatch)[] = [];
  readonly #pinged: { readonly pingNumber: number; readonly receipts: readonly (LiveReceipt | ReceiptBatch)[] }[] = [];
  #count = 0;

  constructor(link: Link, pings: SessionPings) {
    this.#link = link;
    this.#pings = pings;
  }

  get isFull(): boolean {
    return this.#count >= awaitingMax;
  }

  hasRoom(messages: number): boolean {
    return this.#count + messages <= awaitingMax;
  }

  /** Adds one or many; a ping follows behind all of a tick. */
  add(receipt: LiveReceipt | ReceiptBatch): void {
    this.#count += countOf(receipt);
    const isFirst = this.#unpinged.push(receipt) === 1;
    // With many pings unanswered the next answer brings the ping behind this one.
    if (isFirst && !this.#pings.areMany) this.#link.sendPingBehind(() => this.#nextPing());
  }

  /** Sends a ping now for those that have none behind them. */
  pingBehindRest(): void {
    if (this.#unpinged.length > 0) this.#link.sendPing(this.#nextPing());
  }

  /** The number of a ping that follows everything that was added so far. */
  #nextPing(): number {
    const pingNumber = this.#pings.next();
    if (this.#unpinged.length > 0) this.#pinged.push({ pingNumber, receipts: this.#unpinged });
    this.#unpinged = [];
    return pingNumber;
  }

  /** Those that a pong proves; a pong confirms every ping before it. */
  takeProven(pingNumber: number): (LiveReceipt | ReceiptBatch)[] {
    const proven: (LiveReceipt | ReceiptBatch)[] = [];
    while (this.#pinged[0] !== undefined && this.#pinged[0].pingNumber <= pingNumber) {
      proven.push(...(this.#pinged.shift()?.receipts ?? []));
    }
    for (const receipt of proven) this.#count -= countOf(receipt);
    return proven;
  }

  /** All of them: their proof will never come. */
  takeAll(): (LiveReceipt | ReceiptBatch)[] {
    const all = [...this.#pinged.flatMap((pinged) => pinged.receipts), ...this.#unpinged];
    this.#pinged.length = 0;
    this.#unpinged = [];
    this.#count = 0;
    return all;
  }
}

/** How many messages it tells of. */
export function countOf(receipt: LiveReceipt | ReceiptBatch): number {
  return 'ids' in receipt ? receipt.ids : 1;
}

const decoder = new TextDecoder();

/** The ids in frames that tell of deliveries, without the first `skipped` ones. */
export function idsOf(framed: Uint8Array, skipped = 0): string[] {
  const bytes = Buffer.from(framed.buffer, framed.byteOffset, framed.length);
  const ids: string[] = [];
  let at = 0;
  for (let index = 0; at < bytes.length; index++) {
    const header = readFrameHeader(bytes, at);
    if (header === undefined) throw new Error(`frames of receipts end in the middle of a header, at ${at}`);
    at += header.frameBytes;
    if (index < skipped) continue;
    const receipt: { readonly _id: string } = JSON.parse(decoder.decode(bytes.subarray(at - header.payloadBytes, at)));
    ids.push(receipt._id);
  }
  return ids;
}
