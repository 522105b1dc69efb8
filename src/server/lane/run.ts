import type { MessageRun } from '../messages/message-run.ts';
import type { FramedBytes } from '../sockets/frame-memory.ts';
import { type Arena, frameFlags } from './arena.ts';

/** A run that the kernel found, as what it is for the rest of the relay. One object is used for one after the other. */
export class Run implements MessageRun {
  #arena: Arena;
  #target = '';
  #firstFrame = 0;
  #messages = 0;
  #flags = 0;
  #start = 0;
  #end = 0;
  /** -1 until somebody asks. */
  #ids = -1;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** Becomes run number `index` of the arena's last call, whose frames begin at `start`; returns where they end. */
  become(arena: Arena, index: number, target: string, start: number): number {
    this.#arena = arena;
    this.#target = target;
    this.#firstFrame = arena.runField(index, 0);
    this.#messages = arena.runField(index, 1);
    this.#flags = arena.runField(index, 2);
    this.#start = start;
    this.#end = arena.runField(index, 3);
    this.#ids = (this.#flags & frameFlags.id) === 0 ? 0 : -1;
    return this.#end;
  }

  get target(): string {
    return this.#target;
  }

  get messages(): number {
    return this.#messages;
  }

  get bytes(): number {
    return this.#end - this.#start;
  }

  get hasOddIds(): boolean {
    return (this.#flags & frameFlags.oddId) !== 0;
  }

  get hasTtls(): boolean {
    return (this.#flags & frameFlags.ttl) !== 0;
  }

  get hasRelayFields(): boolean {
    return (this.#flags & frameFlags.relayField) !== 0;
  }

  get framed(): FramedBytes {
    return { bytes: this.#arena.view(this.#start, this.#end), memory: this.#arena };
  }

  *payloads(): Generator<Uint8Array> {
    const arena = this.#arena;
    const firstFrame = this.#firstFrame;
    const lastFrame = firstFrame + this.#messages;
    for (let frame = firstFrame; frame < lastFrame; frame++) {
      yield new Uint8Array(arena.view(arena.frameField(frame, 0), arena.frameField(frame, 1)));
    }
  }

  receipts(head: string, tail: string, skipped = 0): Uint8Array {
    return this.#arena.receipts(this.#firstFrame + skipped, this.#messages - skipped, head, tail);
  }

  get ids(): number {
    if (this.#ids >= 0) return this.#ids;
    this.#ids = 0;
    for (let index = 0; index < this.#messages; index++) {
      this.#ids += this.#arena.frameField(this.#firstFrame + index, 4) & frameFlags.id;
    }
    return this.#ids;
  }
}
