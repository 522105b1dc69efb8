import type { OutcomeSummary } from '../client/http-types.ts';
import { formatTime } from './times.ts';

/** What became of the last messages to a client, newest first, as rows of a table. */
export function outcomeRows(outcomes: readonly OutcomeSummary[]): readonly (readonly string[])[] {
  const rows = outcomes.toReversed().map(({ at, from, state, count, _id }) => {
    const outcome = count === 1 ? state : `${count} × ${state}`;
    return [formatTime(at), from, outcome, _id ?? ''];
  });
  return [['LAST OUTCOMES', 'FROM', 'OUTCOME', 'ID'], ...rows];
}
