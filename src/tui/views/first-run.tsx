import { useCursor } from 'ink';
import type { ReactElement } from 'react';
import { keymap } from '../keys/keymap.ts';
import type { TextBuffer } from '../model/text-buffer.ts';
import { placeOf } from '../state/place.ts';
import type { CommanderState, ConnectForm, Screen } from '../state/state.ts';
import { cellWidth, wrapToCells, wrapWords } from '../text/cells.ts';
import type { Look } from '../text/look.ts';
import { composeRow, type Span, span } from '../text/spans.ts';
import { toVisible } from '../text/visible.ts';
import { Row, Rows } from './frame.tsx';
import { hintsFor } from './hints.ts';

type Line = readonly Span[];

const leftColumns = 4;
/** Fewer rows than these have words in each. */
const roomyRows = 18;

function choiceLines(look: Look, columns: number, isChosen: boolean, title: string, about: string): readonly Line[] {
  return [
    [span(isChosen ? `${look.glyphs.cursor} ` : '  ', 'accent'), span(title, isChosen ? 'bold' : 'plain')],
    ...wrapWords(about, columns - 2).map((text): Line => [span(`  ${text}`, 'dim')]),
    [],
  ];
}

/** What went wrong stands in the place of the words for a first try, so that it is seen on the smallest screen. */
function problemLines(problem: string, look: Look, columns: number): readonly Line[] {
  return wrapWords(toVisible(problem, look.isAscii), columns).map((text) => [span(text, 'bad')]);
}

function firstRunLines(screen: Extract<Screen, { name: 'first-run' }>, look: Look, columns: number): readonly Line[] {
  return [
    ...(screen.problem === undefined
      ? [[span('No relay is set up here yet.')]]
      : problemLines(screen.problem, look, columns)),
    [],
    ...choiceLines(
      look,
      columns,
      screen.choice === 'start',
      'Start one on this machine',
      'with a simulated device to play with; it runs while this commander does',
    ),
    ...choiceLines(
      look,
      columns,
      screen.choice === 'connect',
      'Connect to a relay',
      'with its address and a master key',
    ),
  ];
}

const labels = { url: 'Address     ', authKey: 'Master key  ' } as const;

const aboutForm = [
  'The address as wss://relay.example, https://relay.example or relay.example:8787.',
  'The key is kept in a profile that only you can read.',
];

function secretOf(buffer: TextBuffer, look: Look): string {
  return look.glyphs.secret.repeat(buffer.text.length);
}

/** The end of what is typed, as far as there is room. */
function tail(text: string, columns: number): string {
  return wrapToCells(text, columns).at(-1) ?? '';
}

function formLines(form: ConnectForm, look: Look, columns: number): readonly Line[] {
  const room = columns - labels.url.length - 4;
  const field = (name: 'url' | 'authKey', text: string): Line => [
    span(form.field === name ? `${look.glyphs.cursor} ` : '  ', 'accent'),
    span(labels[name], 'dim'),
    span(tail(text, room), form.field === name ? 'bold' : 'plain'),
  ];
  return [
    [span('Connect to a relay')],
    [],
    field('url', toVisible(form.url.text, look.isAscii)),
    field('authKey', secretOf(form.authKey, look)),
    [],
    ...(form.problem === undefined
      ? aboutForm.flatMap((text) => wrapWords(text, columns).map((part): Line => [span(part, 'dim')]))
      : problemLines(form.problem, look, columns)),
  ];
}

function linesOf(screen: Screen, look: Look, columns: number): readonly Line[] {
  if (screen.name === 'first-run') return firstRunLines(screen, look, columns);
  if (screen.name === 'connect-form') return formLines(screen.form, look, columns);
  return screen.name === 'busy' ? [[span(toVisible(screen.what, look.isAscii))]] : [];
}

/** Where the terminal's cursor belongs in the form. */
function cursorOf(screen: Screen, look: Look, columns: number, top: number): { x: number; y: number } | undefined {
  if (screen.name !== 'connect-form') return undefined;
  const { form } = screen;
  const buffer = form[form.field];
  const before = buffer.text.slice(0, buffer.cursor);
  const shown = form.field === 'url' ? toVisible(before, look.isAscii) : secretOf({ ...buffer, text: before }, look);
  const room = columns - labels.url.length - 4;
  const x = leftColumns + 2 + labels.url.length + cellWidth(tail(shown, room));
  return { x, y: top + (form.field === 'url' ? 2 : 3) };
}

export interface FirstRunProps {
  readonly state: CommanderState;
  readonly look: Look;
}

/** Everything before the main screen: what to begin with, the form, and the wait. */
export function FirstRun({ state, look }: FirstRunProps): ReactElement {
  const { screen, size } = state;
  const { setCursorPosition } = useCursor();
  const columns = size.columns - leftColumns * 2;
  const name: Line = [span('softlab-relay', 'accent')];
  const head: readonly Line[] = size.rows < roomyRows ? [name] : [[], name, []];
  setCursorPosition(cursorOf(screen, look, columns, head.length));
  const lines = [...head, ...linesOf(screen, look, columns)].slice(0, size.rows - 1);
  const rows = lines.map((line) => composeRow(look, size.columns, [span(' '.repeat(leftColumns)), ...line]));
  const filled = Array.from({ length: size.rows - 1 }, (_, row) => rows[row] ?? ' '.repeat(size.columns));
  const place = placeOf(state);
  return (
    <>
      <Rows rows={filled} />
      <Row
        text={composeRow(look, size.columns, [
          span(' '.repeat(leftColumns)),
          ...hintsFor(look, keymap[place].shared, columns),
        ])}
      />
    </>
  );
}
