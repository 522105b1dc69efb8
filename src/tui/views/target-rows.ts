import type { Target } from '../model/targets.ts';
import { frameColumns } from '../state/layout.ts';
import { type Span, span, spansWidth } from '../text/spans.ts';
import { targetSpans } from './composer-pane.tsx';
import type { OverlayView } from './overlay-content.ts';

type Row = readonly Span[];

interface FlowRow {
  readonly spans: Span[];
  /** Targets in it. */
  count: number;
}

/** Names and their signs one behind the other, as many in a row as fit; no more rows than these. */
function flow(targets: readonly Target[], rowsMax: number, { state, look, layout }: OverlayView): readonly FlowRow[] {
  const columns = layout.columns - frameColumns;
  const rows: FlowRow[] = [];
  for (const [index, target] of targets.entries()) {
    const separator = span(index === targets.length - 1 ? '' : ', ');
    const spans = [...targetSpans(target, state.relay, look).slice(0, 2), separator];
    const row = rows.at(-1);
    if (row !== undefined && spansWidth(row.spans) + spansWidth(spans) <= columns) {
      row.spans.push(...spans);
      row.count++;
    } else if (rows.length < rowsMax) rows.push({ spans, count: 1 });
    else break;
  }
  return rows;
}

/**
 * Everybody to whom a command would go: in rows of their own with what that means, or where there is no room for it by name and
 * sign alone. Only where even that is too much some are counted.
 */
export function targetRows(targets: readonly Target[], room: number, view: OverlayView): readonly Row[] {
  if (targets.length <= room) {
    return targets.map((target) => [span('  '), ...targetSpans(target, view.state.relay, view.look)]);
  }
  const rows = flow(targets, room + 1, view);
  const shown = rows.length <= room ? rows : rows.slice(0, room - 1);
  const more = targets.length - shown.reduce((sum, { count }) => sum + count, 0);
  return [...shown.map(({ spans }) => spans), ...(more === 0 ? [] : [[span(`and ${more} more`, 'warn')]])];
}
