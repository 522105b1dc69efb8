/** The sentences of the footer, which takes as many rows as they need: nothing that is said there is cut where it matters. */
import { cellWidth, wrapWords } from '../text/cells.ts';
import { toVisible } from '../text/visible.ts';
import type { CommanderState } from './state.ts';

/** More would leave too little of the lists. */
const footerRowsMax = 3;
/** The space before the words of the footer. */
const leftColumns = 1;
/** What the key beside a loss takes. */
const lossKeyColumns = 20;

/** Why the relay is not there; undefined while it is, or may be in a moment. */
export function lossReason({ relay: { connection } }: CommanderState): string | undefined {
  const isLost = connection?.phase === 'waiting' || connection?.phase === 'closed';
  return isLost ? connection.ending.reason : undefined;
}

/** Whether the reason of a loss and the keys fit in one row. */
export function isLossBeside(reason: string, columns: number): boolean {
  return cellWidth(reason) + lossKeyColumns + leftColumns <= columns;
}

/** A sentence in rows of the footer. */
export function wrapFooter(text: string, columns: number): readonly string[] {
  // What is longer than all rows is cut anyway.
  return wrapWords(text.slice(0, columns * (footerRowsMax + 1)), columns - leftColumns).slice(0, footerRowsMax);
}

export function footerRowsOf(state: CommanderState): number {
  const { columns } = state.size;
  if (state.notice !== undefined) return wrapFooter(toVisible(state.notice.text), columns).length;
  const reason = lossReason(state);
  if (reason === undefined) return 1;
  const visible = toVisible(reason);
  if (isLossBeside(visible, columns)) return 1;
  return Math.min(footerRowsMax, wrapFooter(visible, columns).length + 1);
}
