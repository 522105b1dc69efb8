/** The sentences of the footer, which takes as many rows as they need: nothing that is said there is cut where it matters. */
import type { Command } from '../commands/command-name.ts';
import { keysFor } from '../keys/keymap.ts';
import { cellWidth, wrapWords } from '../text/cells.ts';
import { toVisible } from '../text/visible.ts';
import { isKeyRefused } from './connect-form.ts';
import { placeOf } from './place.ts';
import type { CommanderState } from './state.ts';

/** More would leave too little of the lists. */
const footerRowsMax = 3;
/** The space before the words of the footer. */
const leftColumns = 1;
/** Room beside a loss that is for keys, also where there are none against it. */
const lossKeyColumns = 20;

/** Why the relay is not there; undefined while it is, or may be in a moment. */
export function lossReason({ relay: { connection } }: CommanderState): string | undefined {
  const isLost = connection?.phase === 'waiting' || connection?.phase === 'closed';
  return isLost ? connection.ending.reason : undefined;
}

/** The keys that help against a loss, where they do, as they stand beside it. */
export function lossKeys(state: CommanderState): readonly { readonly label: string; readonly hint: string }[] {
  const commands: readonly Command[] = isKeyRefused(state.relay) ? ['enter-key', 'reconnect'] : ['reconnect'];
  return commands.flatMap((command) =>
    keysFor(placeOf(state), command).map(({ label, hint = '' }) => ({ label, hint: ` ${hint}   ` })),
  );
}

/** Whether the reason of a loss and the keys fit in one row. */
export function isLossBeside(reason: string, state: CommanderState): boolean {
  const keyColumns = lossKeys(state).reduce((sum, { label, hint }) => sum + cellWidth(label + hint), 2);
  return cellWidth(reason) + Math.max(lossKeyColumns, keyColumns) + leftColumns <= state.size.columns;
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
  if (isLossBeside(visible, state)) return 1;
  return Math.min(footerRowsMax, wrapFooter(visible, columns).length + 1);
}
