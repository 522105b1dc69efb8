import type { Outcome } from '../model/log-entry.ts';
import { toVisible } from './visible.ts';

/** What became of a sent message, in a word or three; nothing while it is under way. */
export function outcomeWords(outcome: Outcome): string {
  switch (outcome.state) {
    case 'sending':
      return '';
    case 'replied':
      return `replied${outcome.isFailure ? ': error' : ''} ${Math.round(outcome.afterMs)} ms`;
    case 'refused':
      return `refused ${toVisible(outcome.code)}`;
    case 'not-sent':
      return 'not sent';
    default:
      return outcome.state;
  }
}
