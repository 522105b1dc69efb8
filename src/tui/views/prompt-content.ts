/** Questions in one line. */
import { snippetVariables } from '../../client/snippets.ts';
import { frameColumns, overlayRows } from '../state/layout.ts';
import type { DeviceInQuestion, Prompt, Question } from '../state/overlay.ts';
import { wrapWords } from '../text/cells.ts';
import { countOf } from '../text/format.ts';
import { type Span, span } from '../text/spans.ts';
import { toVisible, toVisibleName } from '../text/visible.ts';
import { inputSpans } from './input-line.ts';
import type { Content, OverlayView } from './overlay-content.ts';

const titles: Readonly<Record<Question['about'], string>> = {
  'new-device': 'Add a device',
  'remove-device': 'Remove a device',
  'rotate-token': 'A new token',
  'snippet-name': 'Save the command',
  'snippet-value': 'Values of a saved command',
};

/** The device as its owner has to see it before anything is done to it. */
function deviceWords({ id, state, waiting }: DeviceInQuestion, relay: string): string {
  const presence = state === 'unknown' ? '' : `, ${state}`;
  const queue = waiting === 0 ? '' : `, ${countOf(waiting, 'message')} waiting`;
  return `${toVisibleName(id)} at ${relay}${presence}${queue}`;
}

/** What happens to the connection of a device that loses its token, whether it is there or not. */
function closingWords({ state }: DeviceInQuestion): string {
  return state === 'online' ? 'its connection is closed at once (4010)' : 'a connection that it has is closed (4010)';
}

/** What is asked, in sentences; the last one is enough where there is no room for all. */
export function questionLines(question: Question, relay: string): readonly string[] {
  switch (question.about) {
    case 'new-device':
      return ['The relay makes a token for it, which is shown once.', 'Its name, as commands address it (mouse_pi):'];
    case 'remove-device': {
      const { device } = question;
      const waiting = device.waiting === 0 ? '' : ', and what waits for it is cancelled';
      return [
        deviceWords(device, relay),
        `Its token stops working, ${closingWords(device)}${waiting}. There is no way back.`,
        `Type ${toVisibleName(device.id)} to remove it:`,
      ];
    }
    case 'rotate-token': {
      const { device } = question;
      return [
        deviceWords(device, relay),
        `While both work, its machine can be given the new one. With 0 the old one stops working, and ${closingWords(device)}.`,
        `The old token of ${toVisibleName(device.id)} goes on for (1h, 24h, 0):`,
      ];
    }
    case 'snippet-name':
      return [question.snippet.payload, 'A name for it:'];
    case 'snippet-value': {
      const { snippet, values, variable } = question;
      const given = snippetVariables(snippet.payload).filter((name) => values.has(name));
      const before = given.map((name) => `${name} = ${values.get(name)}`);
      return [snippet.payload, ...before, `The value of ${variable}:`];
    }
  }
}

/** With blank rows between them where there is room; else the end of the question, because it says what is asked. */
function arrange(question: readonly Row[], input: Row, below: readonly Row[], rows: number): readonly Row[] {
  const spacious = [...question, [], input, [], ...below];
  if (spacious.length <= rows) return spacious;
  const room = Math.max(1, rows - 1 - below.length);
  return [...question.slice(-room), input, ...below];
}

type Row = readonly Span[];

export function promptContent({ question, buffer, problem, isBusy }: Prompt, view: OverlayView): Content {
  const { state, look, layout } = view;
  const visible = (text: string): string => toVisible(text, look.isAscii);
  const wrap = (text: string): string[] => wrapWords(visible(text), layout.columns - frameColumns);
  const wrong = problem === undefined ? [] : wrap(problem).map((text): Row => [span(text, 'bad')]);
  const asked = questionLines(question, state.relay.label).flatMap((text) => wrap(text.slice(0, 1000)));
  const below = isBusy ? [[span(`Asking the relay${look.glyphs.ellipsis}`, 'dim')]] : wrong;
  const input = [span(`${look.glyphs.cursor} `, 'accent'), ...inputSpans(buffer, look, layout.columns - 8)];
  return {
    title: titles[question.about],
    rows: arrange(
      asked.map((text) => [span(text)]),
      input,
      below,
      overlayRows(layout),
    ),
  };
}
