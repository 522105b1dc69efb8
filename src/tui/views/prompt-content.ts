/** Questions in one line. */
import { frameColumns, overlayRows } from '../state/layout.ts';
import type { Prompt } from '../state/overlay.ts';
import { questionLines, questionTitles } from '../state/question-lines.ts';
import { wrapWords } from '../text/cells.ts';
import { type Span, span } from '../text/spans.ts';
import { toVisible } from '../text/visible.ts';
import { inputSpans } from './input-line.ts';
import type { Content, OverlayView } from './overlay-content.ts';

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
    title: questionTitles[question.about],
    rows: arrange(
      asked.map((text) => [span(text)]),
      input,
      below,
      overlayRows(layout),
    ),
  };
}
