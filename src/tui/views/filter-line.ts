import type { CommanderState } from '../state/state.ts';
import type { Look } from '../text/look.ts';
import { type Span, span } from '../text/spans.ts';
import { toVisible } from '../text/visible.ts';
import { inputSpans } from './input-line.ts';

/** The filter of a list while it is typed, or the one that is set; nothing without one. */
export function filterSpans(state: CommanderState, pane: 'devices' | 'messages', look: Look): readonly Span[] {
  const input = state.filterInput;
  if (input?.pane === pane) {
    return [span('/', 'accent'), ...inputSpans(input.buffer, look)];
  }
  const text = pane === 'devices' ? state.devices.filterText : state.messages.log.filterText;
  return text === '' ? [] : [span('/', 'accent'), span(toVisible(text, look.isAscii), 'warn')];
}
