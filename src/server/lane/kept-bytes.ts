/** A piece of this size or more is kept as it is; smaller ones are copied together. */
const copyBytesMax = 16 * 1024;
const gatherBytesMin = 1024;
const gatherBytesMax = 64 * 1024;

const nothing: Buffer[] = [];

/**
 * The beginning of a frame, from the reads that brought it. A peer may send it byte by byte: what is kept is then little more than what
 * has come, and no object for each byte.
 */
export class KeptBytes {
  #pieces: Buffer[] = nothing;
  #bytes = 0;
  /** Small pieces copied together, behind `#pieces`. */
  #gather: Buffer | undefined;
  #gathered = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** Adds bytes to the end; says whether the memory that they stand in is needed from now on. */
  add(bytes: Buffer): 'kept' | 'copied' {
    this.#bytes += bytes.length;
    if (bytes.length >= copyBytesMax) {
      this.#push(this.#takeGathered());
      this.#push(bytes);
      return 'kept';
    }
    if (this.#gather === undefined || this.#gathered + bytes.length > this.#gather.length) {
      const wantedBytes = Math.min(Math.max(2 * (this.#gather?.length ?? 0), gatherBytesMin), gatherBytesMax);
      this.#push(this.#takeGathered());
      this.#gather = Buffer.allocUnsafeSlow(Math.max(wantedBytes, bytes.length));
    }
    this.#gathered += bytes.copy(this.#gather, this.#gathered);
    return 'copied';
  }

  /** All of it in its order, and it is empty. */
  take(): readonly Buffer[] {
    this.#push(this.#takeGathered());
    const pieces = this.#pieces;
    this.#pieces = nothing;
    this.#bytes = 0;
    return pieces;
  }

  #takeGathered(): Buffer | undefined {
    const gathered = this.#gather?.subarray(0, this.#gathered);
    this.#gather = undefined;
    this.#gathered = 0;
    return gathered;
  }

  #push(piece: Buffer | undefined): void {
    if (piece === undefined || piece.length === 0) return;
    if (this.#pieces === nothing) this.#pieces = [piece];
    else this.#pieces.push(piece);
  }
}
