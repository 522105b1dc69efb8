import type { ReactElement } from 'react';
import { type Binding, keysOf, type Place } from '../keymap.ts';
import { frameColumns } from '../state/layout.ts';
import type { CommanderState, Overlay } from '../state/state.ts';
import { cellWidth, wrapToCells } from '../text/cells.ts';
import { formatTime } from '../text/format.ts';
import type { Look } from '../text/look.ts';
import { composeRow, type Span, span } from '../text/spans.ts';
import { toVisible, toVisibleName } from '../text/visible.ts';
import { targetSpans } from './composer-pane.tsx';
import { Frame } from './frame.tsx';
import { labelOf } from './hints.ts';

export interface OverlayProps {
  readonly state: CommanderState;
  readonly overlay: Overlay;
  readonly look: Look;
  readonly columns: number;
  /** Rows inside of the frame. */
  readonly rows: number;
}

interface Content {
  readonly title: string;
  /** At the right end of the title. */
  readonly status?: string;
  readonly rows: readonly (readonly Span[])[];
}

const helpPlaces = [
  ['devices', 'Devices'],
  ['messages', 'Messages'],
  ['detail', 'Detail of a message'],
  ['composer', 'Composer'],
  ['filter', 'Filter'],
] as const satisfies readonly (readonly [Place, string])[];

function helpRow(look: Look, { label, help }: Binding): readonly Span[] {
  return [span(`  ${labelOf(look, label).padEnd(12)}`, 'bold'), span(help)];
}

/** Every key from the table of keys; those of both lists are listed once. */
function helpContent(look: Look, top: number, rows: number): Content {
  const listed = helpPlaces.flatMap(([place, title]) => {
    const isSecond = place === 'messages' || place === 'detail';
    const shared = isSecond ? keysOf('devices').map(({ command }) => command) : [];
    const keys = keysOf(place).filter(({ command }) => !shared.includes(command) || command === 'open-filter');
    return [[span(title, 'accent')], ...keys.map((binding) => helpRow(look, binding)), []];
  });
  const first = Math.min(top, Math.max(0, listed.length - rows));
  const status = listed.length > rows ? `${first + 1}-${first + rows} of ${listed.length}  PgDn PgUp` : '';
  return { title: 'Keys', status, rows: listed.slice(first, first + rows) };
}

function problemsContent(state: CommanderState, look: Look, columns: number, rows: number): Content {
  const title = 'What went wrong';
  if (state.problems.length === 0) return { title, rows: [[span('Nothing so far.', 'dim')]] };
  const lines = state.problems.flatMap(({ atMs, text }) => {
    const time = `${formatTime(atMs, false)}  `;
    const wrapped = wrapToCells(toVisible(text, look.isAscii), columns - cellWidth(time));
    return wrapped.map((part, index) => [span(index === 0 ? time : ' '.repeat(time.length), 'dim'), span(part)]);
  });
  return { title, rows: lines.slice(-rows) };
}

function sendContent(
  overlay: Extract<Overlay, { kind: 'confirm-send' }>,
  { relay }: CommanderState,
  look: Look,
  rows: number,
): Content {
  const { targets, json } = overlay.command;
  const room = Math.max(1, rows - 6);
  const listed = targets.slice(0, targets.length > room ? room - 1 : room);
  const more = targets.length - listed.length;
  const title =
    targets.length === 1 ? 'Send to a name that was never seen here?' : `Send to ${targets.length} devices?`;
  return {
    title,
    rows: [
      ...listed.map((target) => [span('  '), ...targetSpans(target, relay, look)]),
      ...(more > 0 ? [[span(`  and ${more} more`, 'warn')]] : []),
      [],
      [span(toVisible(json.replaceAll(/\s+/g, ' '), look.isAscii))],
      [],
      [span('y', 'bold'), span(' send   '), span('Esc', 'bold'), span(' do not send')],
    ],
  };
}

function quitContent(overlay: Extract<Overlay, { kind: 'confirm-quit' }>, look: Look, rows: number): Content {
  const { others } = overlay;
  const listed = others.slice(0, Math.max(1, rows - 5));
  return {
    title: 'Stop the relay?',
    rows: [
      [span(`The relay runs inside this commander, and ${others.length} connected to it would lose it:`)],
      ...listed.map((id) => [span(`  ${toVisibleName(id, look.isAscii)}`, 'bold')]),
      ...(others.length > listed.length ? [[span(`  and ${others.length - listed.length} more`)]] : []),
      [],
      [span('y', 'bold'), span(' stop the relay and quit   '), span('Esc', 'bold'), span(' stay')],
    ],
  };
}

function contentOf({ state, overlay, look, columns, rows }: OverlayProps): Content {
  switch (overlay.kind) {
    case 'help':
      return helpContent(look, overlay.top, rows);
    case 'problems':
      return problemsContent(state, look, columns - frameColumns, rows);
    case 'confirm-send':
      return sendContent(overlay, state, look, rows);
    case 'confirm-quit':
      return quitContent(overlay, look, rows);
  }
}

/** Stands in the place of the lists until it is closed or answered. */
export function OverlayPane(props: OverlayProps): ReactElement {
  const { look, columns, rows } = props;
  const content = contentOf(props);
  return (
    <Frame
      look={look}
      columns={columns}
      rows={rows}
      title={[span(content.title, 'bold')]}
      status={content.status === undefined ? [] : [span(content.status, 'dim')]}
      hasFocus
      content={content.rows.map((spans) => composeRow(look, columns - frameColumns, spans))}
    />
  );
}
