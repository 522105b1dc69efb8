import { parseCommandText, writeName } from './command-text.ts';
import { insertText, type TextBuffer } from './text-buffer.ts';

/** A round of Tab: each further one puts the next candidate in the place of the last. */
export interface Completion {
  readonly candidates: readonly string[];
  readonly index: number;
  /** What the last Tab made; when the buffer is another, the round is over. */
  readonly made: TextBuffer;
  /** Where the name stands that is completed. */
  readonly start: number;
}

export interface Completed {
  readonly buffer: TextBuffer;
  readonly completion: Completion | undefined;
}

function replace(buffer: TextBuffer, start: number, end: number, id: string, isOnly: boolean): TextBuffer {
  const rest = buffer.text.slice(end);
  // A name that stands alone is finished: what follows is the next name or the command.
  const space = isOnly && !rest.startsWith(' ') ? ' ' : '';
  return insertText({ text: buffer.text.slice(0, start) + rest, cursor: start }, writeName(id) + space);
}

function rank(id: string, prefix: string): number {
  if (id.startsWith(prefix)) return 0;
  return id.toLowerCase().startsWith(prefix.toLowerCase()) ? 1 : 2;
}

/** Names that begin so, else those that have it anywhere. */
function candidatesFor(prefix: string, ids: readonly string[]): readonly string[] {
  const fitting = ids.filter((id) => id.toLowerCase().includes(prefix.toLowerCase()));
  const beginning = fitting.filter((id) => rank(id, prefix) < 2);
  return beginning.length > 0 ? beginning : fitting;
}

function continueRound(round: Completion): Completed {
  const index = (round.index + 1) % round.candidates.length;
  const id = round.candidates[index] ?? '';
  const buffer = replace(round.made, round.start, round.made.cursor, id, false);
  return { buffer, completion: { ...round, index, made: buffer } };
}

/**
 * Completes the name at the cursor from the ids that are known; undefined when the cursor stands on no name or none fits.
 * With several that fit, each Tab puts the next one.
 */
export function completeName(
  buffer: TextBuffer,
  ids: readonly string[],
  round: Completion | undefined,
): Completed | undefined {
  if (round !== undefined && round.made.text === buffer.text && round.made.cursor === buffer.cursor) {
    return continueRound(round);
  }
  const { names } = parseCommandText(buffer.text);
  const named = names.find(({ start, end }) => start < buffer.cursor && buffer.cursor <= end);
  if (named === undefined) return undefined;
  // Nobody is addressed twice.
  const others = names.filter((other) => other !== named).map(({ name }) => name);
  const candidates = candidatesFor(
    named.name,
    ids.filter((id) => !others.includes(id)),
  );
  const first = candidates[0];
  if (first === undefined) return undefined;
  const made = replace(buffer, named.start, named.end, first, candidates.length === 1);
  if (candidates.length === 1) return { buffer: made, completion: undefined };
  return { buffer: made, completion: { candidates, index: 0, made, start: named.start } };
}
