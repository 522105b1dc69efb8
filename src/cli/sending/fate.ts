/** What a message that was given up can still do; these words are for scripts, too (UX "No command fires late by surprise"). */
export type Fate = 'cancelled' | 'may still run';

/** The same as the end of a sentence. */
export function fateInWords(fate: Fate): string {
  return fate === 'cancelled' ? 'cancelled, it will not run' : 'it may still run';
}
