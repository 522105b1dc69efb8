/** Lists to choose from, and questions in one line. */
import { snippetVariables } from '../../client/snippets.ts';
import { scrollTop } from '../model/list-window.ts';
import type { Menu } from '../model/menu.ts';
import { frameColumns, overlayRows } from '../state/layout.ts';
import type { MenuChoice, Prompt, Question } from '../state/overlay.ts';
import { cellWidth, fitToCells, wrapWords } from '../text/cells.ts';
import { type Span, span } from '../text/spans.ts';
import { toVisible } from '../text/visible.ts';
import { labelOf } from './hints.ts';
import { inputSpans } from './input-line.ts';
import type { Content, OverlayView } from './overlay-content.ts';

export function menuContent(menu: Menu<MenuChoice>, { look, layout }: OverlayView): Content {
  const { shown, index, buffer } = menu;
  const rows = Math.max(1, overlayRows(layout) - 2);
  const top = scrollTop(Math.max(0, index - Math.floor(rows / 2)), index, rows, shown.length);
  const visible = (text: string): string => labelOf(look, toVisible(text.slice(0, 400), look.isAscii));
  const most = Math.floor((layout.columns - 8) * 0.6);
  const width = Math.min(most, Math.max(8, ...menu.items.map(({ label }) => cellWidth(visible(label)))));
  const listed = shown.slice(top, top + rows).map(({ label, about }, slot): readonly Span[] => {
    const isChosen = top + slot === index;
    return [
      span(isChosen ? `${look.glyphs.cursor} ` : '  ', 'accent'),
      span(fitToCells(visible(label), width, look.glyphs.ellipsis), isChosen ? 'bold' : 'plain'),
      span(`  ${visible(about)}`, 'dim'),
    ];
  });
  const nothing: readonly Span[] = [span('  Nothing has that in it.', 'dim')];
  const typed = [span('  '), ...inputSpans(buffer, look)];
  return { title: menu.title, rows: [typed, [], ...(listed.length === 0 ? [nothing] : listed)] };
}

function titleOf(question: Question): string {
  switch (question.about) {
    case 'new-device':
      return 'Add a device';
    case 'snippet-name':
      return 'Save the command';
    case 'snippet-value':
      return 'Values of a saved command';
  }
}

/** What is asked, in words. */
function questionRows(question: Question): readonly string[] {
  switch (question.about) {
    case 'new-device':
      return ['Its name, as commands address it: mouse_pi', 'The relay makes a token for it, which is shown once.'];
    case 'snippet-name':
      return ['A name for it:', question.snippet.payload];
    case 'snippet-value': {
      const { snippet, values, variable } = question;
      const given = snippetVariables(snippet.payload).filter((name) => values.has(name));
      const before = given.map((name) => `${name} = ${values.get(name)}`);
      return [snippet.payload, ...before, `The value of ${variable}:`];
    }
  }
}

export function promptContent({ question, buffer, problem, isBusy }: Prompt, { look, layout }: OverlayView): Content {
  const columns = layout.columns - 8;
  const visible = (text: string): string => toVisible(text, look.isAscii);
  const wrong = problem === undefined ? [] : wrapWords(visible(problem), columns).map((text) => [span(text, 'bad')]);
  return {
    title: titleOf(question),
    rows: [
      ...questionRows(question).flatMap((text) => {
        return wrapWords(visible(text.slice(0, 1000)), layout.columns - frameColumns).map((part) => [span(part)]);
      }),
      [],
      [span(`${look.glyphs.cursor} `, 'accent'), ...inputSpans(buffer, look, columns)],
      [],
      ...(isBusy ? [[span(`Asking the relay${look.glyphs.ellipsis}`, 'dim')]] : wrong),
    ],
  };
}
