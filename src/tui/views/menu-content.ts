import { scrollTop } from '../model/list-window.ts';
import type { Menu } from '../model/menu.ts';
import { frameColumns, overlayRows } from '../state/layout.ts';
import type { MenuChoice } from '../state/overlay.ts';
import { cellWidth, fitToCells } from '../text/cells.ts';
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
  // Labels take what their explanations leave, and at least the larger half.
  const columns = layout.columns - frameColumns - 4;
  const widestAbout = Math.max(0, ...menu.items.map(({ about }) => cellWidth(visible(about))));
  const most = Math.max(Math.floor(columns * 0.6), columns - widestAbout);
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
