import type { ReactElement } from 'react';
import type { Command } from '../commands/command-name.ts';
import { footerKeys, frameKeys, type Place } from '../keys/keymap.ts';
import { isLossBeside, lossKeys, lossReason, wrapFooter } from '../state/footer-text.ts';
import type { Layout } from '../state/layout.ts';
import { placeOf } from '../state/place.ts';
import type { CommanderState } from '../state/state.ts';
import type { Look } from '../text/look.ts';
import { composeRow, type Span, span, spansWidth } from '../text/spans.ts';
import { toVisible } from '../text/visible.ts';
import { Rows } from './frame.tsx';
import { hintsFor } from './hints.ts';

/** Keys of the sheet of a device that do something to a message that waits. */
const waitingCommands: readonly Command[] = ['cancel-queued', 'purge-queue', 'copy-queued'];

function isUseless(command: Command, { overlay }: CommanderState): boolean {
  const isEmpty = overlay?.kind === 'device-sheet' && overlay.sheet.queue?.waiting === 0;
  return isEmpty && waitingCommands.includes(command);
}

/** Keys whose frame has no room for them are named here instead. */
function bindingsFor(place: Place, layout: Layout, state: CommanderState): Parameters<typeof hintsFor>[1] {
  const keys = footerKeys(place).filter(({ command }) => !isUseless(command, state));
  return place === 'composer' && !layout.composer.isFramed ? [...frameKeys(place), ...keys] : keys;
}

export interface FooterProps {
  readonly state: CommanderState;
  readonly look: Look;
  readonly layout: Layout;
}

/** At most so many rows; the last one shows that there is more. */
function cutRows(rows: readonly string[], rowsMax: number, { glyphs }: Look): readonly string[] {
  if (rows.length <= rowsMax) return rows;
  return rows.slice(0, rowsMax).map((row, index) => (index === rowsMax - 1 ? `${row}${glyphs.ellipsis}` : row));
}

/** What is said now, in as many rows as it needs; else why the relay is not there, and the keys. */
function rowsOf(state: CommanderState, look: Look, layout: Layout): readonly (readonly Span[])[] {
  const { notice } = state;
  const { columns } = layout;
  if (notice !== undefined) {
    const tone = notice.tone === 'good' ? 'good' : 'warn';
    return wrapFooter(toVisible(notice.text, look.isAscii), columns).map((text) => [span(text, tone)]);
  }
  const reason = lossReason(state);
  const visible = reason === undefined ? '' : toVisible(reason, look.isAscii);
  const keys = reason === undefined ? [] : lossKeys(state);
  const help = keys.flatMap(({ label, hint }) => [span(label, 'bold'), span(hint, 'dim')]);
  const isBeside = isLossBeside(visible, state);
  const beside = [...(visible !== '' && isBeside ? [span(`${visible}   `, 'bad')] : []), ...help];
  const hints = hintsFor(look, bindingsFor(placeOf(state), layout, state), columns - spansWidth(beside) - 1);
  const above = isBeside ? [] : cutRows(wrapFooter(visible, columns), layout.footerRows - 1, look);
  return [...above.map((text) => [span(text, 'bad')]), [...beside, ...hints]];
}

export function Footer({ state, look, layout }: FooterProps): ReactElement {
  const rows = rowsOf(state, look, layout).slice(0, layout.footerRows);
  return <Rows rows={rows.map((spans) => composeRow(look, layout.columns, [span(' '), ...spans]))} />;
}
