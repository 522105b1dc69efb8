import type { Socket } from 'node:net';
import type { OpeningStep } from '../wires/wire.ts';

/** Goes through the steps until the server has let the client in. */
export class Opening {
  readonly #steps: readonly OpeningStep[];
  readonly #socket: Socket;
  readonly #onDone: () => void;
  #stepIndex = 0;
  #received: Buffer = Buffer.alloc(0);

  constructor(steps: readonly OpeningStep[], socket: Socket, onDone: () => void) {
    this.#steps = steps;
    this.#socket = socket;
    this.#onDone = onDone;
  }

  get isDone(): boolean {
    return this.#stepIndex === this.#steps.length;
  }

  begin(): void {
    const send = this.#steps[this.#stepIndex]?.send;
    if (send !== undefined) this.#socket.write(send);
  }

  /** What came behind the last answer goes to `onRest`. */
  take(chunk: Buffer, onRest: (rest: Buffer) => void): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (let step = this.#steps[this.#stepIndex]; step !== undefined; step = this.#steps[this.#stepIndex]) {
      const answered = step.answerBytes(this.#received);
      if (answered === undefined) return;
      this.#received = this.#received.subarray(answered);
      this.#stepIndex++;
      this.begin();
    }
    this.#onDone();
    if (this.#received.length > 0) onRest(this.#received);
  }
}
