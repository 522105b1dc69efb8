import type { Command } from '../commands/command-name.ts';
import type { Action } from '../state/action.ts';

/** What a typed line means: what is to happen, and what is to be said at once. */
export interface LineMeaning {
  readonly actions: readonly Action[];
  readonly say: readonly string[];
}

export function act(...commands: readonly Command[]): LineMeaning {
  return { actions: commands.map((command) => ({ type: 'command', command })), say: [] };
}

export function say(...lines: readonly string[]): LineMeaning {
  return { actions: [], say: lines };
}

export function inTurn(...meanings: readonly LineMeaning[]): LineMeaning {
  return { actions: meanings.flatMap(({ actions }) => actions), say: meanings.flatMap((meaning) => meaning.say) };
}

/** Puts a text into the place for text that is open, instead of what stands there. */
export function write(text: string): LineMeaning {
  return inTurn(act('clear'), { actions: text === '' ? [] : [{ type: 'pasted', text }], say: [] });
}

/** The same command so many times. */
export function times(count: number, command: Command): LineMeaning {
  return act(...Array.from({ length: Math.max(0, count) }, () => command));
}
