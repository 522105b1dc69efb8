/** Protocols whose packets follow each other in a stream and show what they are, and how long, by their first byte. */

export interface PacketRule {
  /** Length of such a packet where it has one; the bench has one kind of delivery, so it is known before. */
  readonly bytes: number;
  readonly onPacket: () => void;
}

/** Counts packets by jumping from first byte to first byte; throws on a first byte without a rule. */
export class PacketWalker {
  readonly #rules: ReadonlyMap<number, PacketRule>;
  readonly #explain: (bytes: Buffer) => string;
  #current: PacketRule | undefined;
  #missingBytes = 0;

  constructor(rules: ReadonlyMap<number, PacketRule>, explain: (bytes: Buffer) => string) {
    this.#rules = rules;
    this.#explain = explain;
  }

  /** Walks through `chunk` from `start` to `end`. */
  walk(chunk: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end) {
      if (this.#missingBytes === 0) {
        this.#current = this.#rules.get(chunk.readUInt8(at));
        if (this.#current === undefined) throw new Error(this.#explain(chunk.subarray(at, end)));
        this.#missingBytes = this.#current.bytes;
      }
      const step = Math.min(this.#missingBytes, end - at);
      this.#missingBytes -= step;
      at += step;
      if (this.#missingBytes === 0) this.#current?.onPacket();
    }
  }
}
