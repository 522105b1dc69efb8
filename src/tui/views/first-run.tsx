import { useCursor } from 'ink';
import type { ReactElement } from 'react';
import { keymap } from '../keys/keymap.ts';
import type { TextBuffer } from '../model/text-buffer.ts';
import {
  type ConnectForm,
  type FormAim,
  type FormField,
  fieldsOf,
  formTitle,
  unnamedWords,
} from '../state/connect-form.ts';
import { placeOf } from '../state/place.ts';
import type { CommanderState, Screen } from '../state/state.ts';
import { cellWidth, cutToCells, wrapToCells, wrapWords } from '../text/cells.ts';
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

const labels = { url: 'Address     ', authKey: 'Master key  ', name: 'Save as     ' } as const;

function aboutForm(aim: FormAim): readonly string[] {
  switch (aim.for) {
    case 'first-relay':
      return [
        'The address as wss://relay.example, https://relay.example or relay.example:8787.',
        'The key is kept in a profile that only you can read.',
      ];
    case 'another-relay':
      return ['Address: wss://relay.example, https://relay.example or relay.example:8787.'];
    case 'another-key':
      return aim.profile === undefined
        ? ['With a name it is kept as a profile that only you can read.']
        : [`It takes the place of the key in the profile ${aim.profile}.`];
  }
}

/** The end of what is typed, as far as there is room. */
function tail(text: string, columns: number): string {
  return wrapToCells(text, columns).at(-1) ?? '';
}

/** The address stands there also where it cannot be changed: it is where the key goes. */
function shownFields(aim: FormAim): readonly FormField[] {
  const fields = fieldsOf(aim);
  return fields.includes('url') ? fields : ['url', ...fields];
}

function shownText({ text }: TextBuffer, field: FormField, look: Look): string {
  return field === 'authKey' ? look.glyphs.secret.repeat(text.length) : toVisible(text, look.isAscii);
}

function fieldLine(form: ConnectForm, field: FormField, look: Look, room: number, isTried: boolean): Line {
  const hasCursor = form.field === field && !isTried;
  const whole = shownText(form[field], field, look);
  const isFixed = !fieldsOf(form.aim).includes(field);
  const text = isFixed ? cutToCells(whole, room, look.glyphs.ellipsis) : tail(whole, room);
  const isUnnamed = field === 'name' && text === '';
  return [
    span(hasCursor ? `${look.glyphs.cursor} ` : '  ', 'accent'),
    span(labels[field], 'dim'),
    isUnnamed ? span(` (${unnamedWords(form.aim)})`, 'dim') : span(text, hasCursor ? 'bold' : 'plain'),
  ];
}

/** `isTried`: the relay is being asked. */
function formLines(form: ConnectForm, look: Look, columns: number, isTried: boolean): readonly Line[] {
  const room = columns - labels.url.length - 4;
  const said = (text: string): readonly Line[] =>
    wrapWords(toVisible(text, look.isAscii), columns).map((part) => [span(part, 'dim')]);
  const below = isTried ? [`Connecting to ${form.url.text.trim()}${look.glyphs.ellipsis}`] : aboutForm(form.aim);
  return [
    [span(toVisible(formTitle(form.aim), look.isAscii))],
    [],
    ...shownFields(form.aim).map((field) => fieldLine(form, field, look, room, isTried)),
    [],
    ...(form.problem === undefined ? below.flatMap(said) : problemLines(form.problem, look, columns)),
  ];
}

function linesOf(screen: Screen, look: Look, columns: number): readonly Line[] {
  if (screen.name === 'first-run') return firstRunLines(screen, look, columns);
  if (screen.name === 'connect-form') return formLines(screen.form, look, columns, false);
  if (screen.name === 'connecting') return formLines(screen.form, look, columns, true);
  return screen.name === 'busy' ? [[span(toVisible(screen.what, look.isAscii))]] : [];
}

/** Where the terminal's cursor belongs in the form. */
function cursorOf(screen: Screen, look: Look, columns: number, top: number): { x: number; y: number } | undefined {
  if (screen.name !== 'connect-form') return undefined;
  const { form } = screen;
  const buffer = form[form.field];
  const before = { ...buffer, text: buffer.text.slice(0, buffer.cursor) };
  const room = columns - labels.url.length - 4;
  const x = leftColumns + 2 + labels.url.length + cellWidth(tail(shownText(before, form.field, look), room));
  return { x, y: top + 2 + shownFields(form.aim).indexOf(form.field) };
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
