/** Messages of one length that are sent in turn, in one write however many, without being put together again. */
export class MessageRing {
  readonly #bytes: Buffer;
  readonly #messageBytes: number;
  readonly #count: number;
  #next = 0;

  constructor(messages: readonly Buffer[]) {
    this.#bytes = Buffer.concat(messages);
    this.#count = messages.length;
    this.#messageBytes = this.#bytes.length / this.#count;
  }

  /** The bytes of the next messages, at most as many as there are, in one or two pieces. */
  take(count: number): readonly Buffer[] {
    const end = this.#next + count;
    const first = this.#slice(this.#next, Math.min(end, this.#count));
    this.#next = end % this.#count;
    return end <= this.#count ? [first] : [first, this.#slice(0, end - this.#count)];
  }

  #slice(from: number, to: number): Buffer {
    return this.#bytes.subarray(from * this.#messageBytes, to * this.#messageBytes);
  }
}
