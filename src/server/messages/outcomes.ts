import type { Outcome } from '../../protocol/messages.ts';

/** One line of a target's recent history; the same state from the same sender in a row is one line with a count. */
export interface OutcomeLine {
  readonly sender: string;
  readonly state: Outcome;
  readonly messageId: string | undefined;
  count: number;
  lastAtMs: number;
}

/** Lines kept for one target (PROTOCOL C). */
export const outcomeLinesMax = 20;
/** Targets of one room whose history is kept. */
const targetsMax = 5000;

/** The last outcomes of each target of a room, in memory: for whoever asks why nothing arrives. */
export class Outcomes {
  readonly #lines = new Map<string, OutcomeLine[]>();

  /** `count` messages without an id may be noted at once. */
  note(target: string, sender: string, state: Outcome, messageId: string | undefined, nowMs: number, count = 1): void {
    const lines = this.#linesOf(target);
    const last = lines.at(-1);
    if (
      last !== undefined &&
      last.state === state &&
      last.sender === sender &&
      messageId === undefined &&
      last.messageId === undefined
    ) {
      last.count += count;
      last.lastAtMs = nowMs;
      return;
    }
    lines.push({ sender, state, messageId, count, lastAtMs: nowMs });
    if (lines.length > outcomeLinesMax) lines.shift();
  }

  /** Newest last. */
  of(target: string): readonly OutcomeLine[] {
    return this.#lines.get(target) ?? [];
  }

  #linesOf(target: string): OutcomeLine[] {
    const found = this.#lines.get(target);
    if (found !== undefined) return found;
    if (this.#lines.size >= targetsMax) {
      const oldest = this.#lines.keys().next();
      if (oldest.done !== true) this.#lines.delete(oldest.value);
    }
    const made: OutcomeLine[] = [];
    this.#lines.set(target, made);
    return made;
  }
}
