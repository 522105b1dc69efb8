/** Questions that are answered with one key. */
import { keymap } from '../keys/keymap.ts';
import { frameColumns, overlayRows } from '../state/layout.ts';
import type { Overlay } from '../state/overlay.ts';
import { removalWords, rotationWords } from '../state/question-lines.ts';
import { fitToCells, wrapToCells, wrapWords } from '../text/cells.ts';
import type { Tone } from '../text/look.ts';
import { type Span, span } from '../text/spans.ts';
import { toVisible, toVisibleName } from '../text/visible.ts';
import { hintsFor } from './hints.ts';
import type { Content, OverlayView } from './overlay-content.ts';
import { targetRows } from './target-rows.ts';

type ConfirmKind = Extract<Overlay['kind'], `confirm-${string}`>;

type Confirm<Kind extends ConfirmKind> = Extract<Overlay, { kind: Kind }>;

type Row = readonly Span[];

/** A sentence in as many rows as it takes. */
function sentence(text: string, { look, layout }: OverlayView, tone: Tone = 'plain'): readonly Row[] {
  return wrapWords(toVisible(text, look.isAscii), layout.columns - frameColumns).map((part) => [span(part, tone)]);
}

/** What is asked, and the answers from the table of keys, which are seen however little room there is. */
function asked(title: string, kind: ConfirmKind, rows: readonly Row[], view: OverlayView): Content {
  const { look, layout } = view;
  const answers = hintsFor(look, keymap[kind].shared, layout.columns - frameColumns);
  const room = overlayRows(layout) - 1;
  if (rows.length < room) return { title, rows: [...rows, [], answers] };
  const whole = rows.filter((row) => row.length > 0);
  return { title, rows: [...whole.slice(0, room), answers] };
}

/** As many as there is room for, and how many more there are. */
function listed<Item>(items: readonly Item[], room: number, row: (item: Item) => Row): Row[] {
  const shown = items.slice(0, items.length > room ? Math.max(1, room - 1) : room);
  const more = items.length - shown.length;
  return [...shown.map(row), ...(more > 0 ? [[span(`  and ${more} more`, 'warn')]] : [])];
}

/** The command in at most so many rows. */
function commandRows(json: string, most: number, { look, layout }: OverlayView): readonly Row[] {
  const columns = layout.columns - frameColumns;
  const text = toVisible(json.replaceAll(/\s+/g, ' ').slice(0, columns * (most + 1)), look.isAscii);
  const wrapped = wrapToCells(text, columns);
  return wrapped.slice(0, most).map((part, index) => {
    const isCut = index === most - 1 && wrapped.length > most;
    return [span(isCut ? fitToCells(`${part}${look.glyphs.ellipsis}`, columns, look.glyphs.ellipsis) : part)];
  });
}

/** Whom it goes to has the first claim to the room, the command gets the rest. */
export function sendContent({ command }: Confirm<'confirm-send'>, view: OverlayView): Content {
  const { targets, json } = command;
  const title =
    targets.length === 1 ? 'Send to a name that was never seen here?' : `Send to ${targets.length} devices?`;
  const room = Math.max(2, overlayRows(view.layout) - 1);
  const names = targetRows(targets, room - 1, view);
  const shown = commandRows(json, Math.max(1, Math.min(room - names.length, Math.floor(room / 3))), view);
  return asked(title, 'confirm-send', [...names, [], ...shown], view);
}

export function quitContent({ others }: Confirm<'confirm-quit'>, view: OverlayView): Content {
  const words =
    others === undefined
      ? 'The relay of this machine runs inside this commander, and may have others connected to it.'
      : `The relay runs inside this commander, and ${others.length} connected to it would lose it:`;
  const question = sentence(words, view);
  const room = Math.max(1, overlayRows(view.layout) - question.length - 1);
  const names = listed(others ?? [], room, (id) => [span(`  ${toVisibleName(id, view.look.isAscii)}`, 'bold')]);
  return asked('Stop the relay?', 'confirm-quit', [...question, ...names], view);
}

export function removalContent({ removal }: Confirm<'confirm-removal'>, view: OverlayView): Content {
  const { question, fate } = removalWords(removal, view.state.relay.label);
  const rows = [...sentence(question, view, 'bold'), ...sentence(fate, view, 'dim')];
  return asked('Cancel what waits?', 'confirm-removal', rows, view);
}

export function rotationContent({ rotation }: Confirm<'confirm-rotation'>, view: OverlayView): Content {
  const { question, fate } = rotationWords(rotation, view.state.relay.label);
  const rows = [...sentence(question, view, 'bold'), ...sentence(fate, view, 'dim')];
  return asked('A new token?', 'confirm-rotation', rows, view);
}
