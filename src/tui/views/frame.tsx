import { Box, Text } from 'ink';
import { memo, type ReactElement } from 'react';
import type { Look } from '../text/look.ts';
import { composeRow, type Span, span } from '../text/spans.ts';

/** One preformatted row of the screen: drawn again only when its text is another. */
export const Row = memo(function Row({ text }: { readonly text: string }): ReactElement {
  return <Text wrap="truncate">{text}</Text>;
});

export function Rows({ rows }: { readonly rows: readonly string[] }): ReactElement {
  return (
    <Box flexDirection="column">
      {rows.map((text, slot) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a slot of the screen stays where it is and changes its text.
        <Row key={slot} text={text} />
      ))}
    </Box>
  );
}

export interface FrameProps {
  readonly look: Look;
  readonly columns: number;
  readonly rows: number;
  readonly title: readonly Span[];
  /** At the right end of the title. */
  readonly status?: readonly Span[];
  /** In the lower edge. */
  readonly hints?: readonly Span[];
  /** At the right end of the lower edge. */
  readonly remark?: readonly Span[];
  readonly hasFocus: boolean;
  /** The content, each row as wide as the frame without its edges and padding. */
  readonly content: readonly string[];
}

/** The edges have words in them: Ink's borders cannot, so frames are rows like all others. */
export function Frame({
  look,
  columns,
  rows,
  title,
  status = [],
  hints = [],
  remark = [],
  hasFocus,
  content,
}: FrameProps): ReactElement {
  const { glyphs, paint } = look;
  const tone = hasFocus ? 'accent' : 'dim';
  const line = span(glyphs.horizontal, tone);
  const edge = (left: string, right: string, words: readonly Span[], end: readonly Span[]): string =>
    paint(tone, left) + composeRow(look, columns - 2, spaced(words), spaced(end), line) + paint(tone, right);
  const side = paint(tone, glyphs.vertical);
  const blank = ' '.repeat(Math.max(0, columns - 4));
  const body = Array.from({ length: rows }, (_, row) => `${side} ${content[row] ?? blank} ${side}`);
  const upper = edge(glyphs.topLeft, glyphs.topRight, title, status);
  const lower = edge(glyphs.bottomLeft, glyphs.bottomRight, hints, remark);
  return <Rows rows={[upper, ...body, lower]} />;
}

function spaced(words: readonly Span[]): readonly Span[] {
  return words.every(({ text }) => text === '') ? [] : [span(' '), ...words, span(' ')];
}
