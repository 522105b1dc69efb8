import type { CommanderState } from '../state/state.ts';
import type { Look } from '../text/look.ts';
import { type Span, span } from '../text/spans.ts';
import { toVisible } from '../text/visible.ts';

/** The filter of a list while it is typed, or the one that is set; nothing without one. */
export function filterSpans(state: CommanderState, pane: 'devices' | 'messages', look: Look): readonly Span[] {
  const input = state.filterInput;
  if (input?.pane === pane) {
    // The last character cell shows where the next one goes, as a terminal's own cursor would.
    return [span('/', 'accent'), span(toVisible(input.buffer.text, look.isAscii), 'bold'), span('_', 'accent')];
  }
  const text = pane === 'devices' ? state.devices.filterText : state.messages.log.filterText;
  return text === '' ? [] : [span('/', 'accent'), span(toVisible(text, look.isAscii), 'warn')];
}
