/** Questions that are answered with one key. */
import { keymap } from '../keys/keymap.ts';
import { frameColumns, overlayRows } from '../state/layout.ts';
import type { Overlay } from '../state/overlay.ts';
import { wrapWords } from '../text/cells.ts';
import { type Span, span } from '../text/spans.ts';
import { toVisible, toVisibleName } from '../text/visible.ts';
import { targetSpans } from './composer-pane.tsx';
import { hintsFor } from './hints.ts';
import type { Content, OverlayView } from './overlay-content.ts';

type Confirm<Kind extends Overlay['kind']> = Extract<Overlay, { kind: Kind }>;

/** The answers, from the table of keys. */
function answerRow(
  kind: 'confirm-send' | 'confirm-quit' | 'confirm-removal',
  { look, layout }: OverlayView,
): readonly Span[] {
  return hintsFor(look, keymap[kind].shared, layout.columns - 4);
}

/** As many as there is room for, and how many more there are. */
function listed<Item>(items: readonly Item[], room: number, row: (item: Item) => readonly Span[]): (readonly Span[])[] {
  const shown = items.slice(0, items.length > room ? Math.max(1, room - 1) : room);
  const more = items.length - shown.length;
  return [...shown.map(row), ...(more > 0 ? [[span(`  and ${more} more`, 'warn')]] : [])];
}

export function sendContent({ command }: Confirm<'confirm-send'>, view: OverlayView): Content {
  const { targets, json } = command;
  const { state, look, layout } = view;
  const room = Math.max(1, overlayRows(layout) - 4);
  const title =
    targets.length === 1 ? 'Send to a name that was never seen here?' : `Send to ${targets.length} devices?`;
  return {
    title,
    rows: [
      ...listed(targets, room, (target) => [span('  '), ...targetSpans(target, state.relay, look)]),
      [],
      [span(toVisible(json.replaceAll(/\s+/g, ' '), look.isAscii))],
      [],
      answerRow('confirm-send', view),
    ],
  };
}

export function quitContent({ others }: Confirm<'confirm-quit'>, view: OverlayView): Content {
  const words =
    others === undefined
      ? 'The relay of this machine runs inside this commander, and may have others connected to it.'
      : `The relay runs inside this commander, and ${others.length} connected to it would lose it:`;
  const question = wrapWords(words, view.layout.columns - frameColumns);
  const room = Math.max(1, overlayRows(view.layout) - question.length - 2);
  return {
    title: 'Stop the relay?',
    rows: [
      ...question.map((text) => [span(text)]),
      ...listed(others ?? [], room, (id) => [span(`  ${toVisibleName(id, view.look.isAscii)}`, 'bold')]),
      [],
      answerRow('confirm-quit', view),
    ],
  };
}

function waitingWords(count: number): string {
  return count === 1 ? 'the one message that waits for' : `all ${count} that wait for`;
}

export function removalContent({ removal }: Confirm<'confirm-removal'>, view: OverlayView): Content {
  const { state, look } = view;
  const target = toVisibleName(removal.target, look.isAscii);
  const what = removal.remove === 'queue' ? waitingWords(removal.count) : `message ${removal.seq} to`;
  return {
    title: 'Cancel what waits?',
    rows: [
      [span(`Cancel ${what} `), span(target, 'bold'), span(` at ${toVisible(state.relay.label, look.isAscii)}?`)],
      [span('It will not arrive, and its sender is told.', 'dim')],
      [],
      answerRow('confirm-removal', view),
    ],
  };
}
