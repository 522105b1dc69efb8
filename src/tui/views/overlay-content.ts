import { type Layout, overlayRows } from '../state/layout.ts';
import type { Overlay } from '../state/overlay.ts';
import { helpLeadColumns, overlayLines } from '../state/overlay-lines.ts';
import type { CommanderState } from '../state/state.ts';
import type { Look } from '../text/look.ts';
import { type Span, span } from '../text/spans.ts';
import { labelOf } from './hints.ts';

/** What a view of an overlay needs to know. */
export interface OverlayView {
  readonly state: CommanderState;
  readonly look: Look;
  readonly layout: Layout;
}

/** The words of an overlay; its frame is the same for all. */
export interface Content {
  readonly title: string;
  /** At the right end of the title. */
  readonly status?: string;
  readonly rows: readonly (readonly Span[])[];
}

function titleOf(overlay: Extract<Overlay, { readonly top: number }>): string {
  switch (overlay.kind) {
    case 'help':
      return 'Keys';
    case 'problems':
      return 'What went wrong';
    case 'new-device':
      return overlay.device.oldToken === undefined ? 'A new device' : 'A new token';
  }
}

/** Help, errors and a new device: lines that can be scrolled. */
export function scrolledContent(
  overlay: Extract<Overlay, { readonly top: number }>,
  { state, look, layout }: OverlayView,
): Content {
  const lines = overlayLines(state, overlay);
  const title = titleOf(overlay);
  if (lines.length === 0) return { title, rows: [[span('Nothing so far.', 'dim')]] };
  const rows = overlayRows(layout);
  const top = Math.max(0, Math.min(overlay.top, lines.length - rows));
  const isHelp = overlay.kind === 'help';
  const shown = lines.slice(top, top + rows).map(({ lead, text }): readonly Span[] => {
    const label = isHelp && text !== '' ? labelOf(look, lead).padEnd(helpLeadColumns) : labelOf(look, lead);
    if (lead === '') return [span(text)];
    return [span(`${label}  `, isHelp && text === '' ? 'accent' : 'bold'), span(labelOf(look, text))];
  });
  const status =
    lines.length > rows
      ? `${top + 1}-${top + shown.length} of ${lines.length}${layout.columns < 60 ? '' : '  PgDn PgUp'}`
      : '';
  return { title, status, rows: shown };
}
