import type { ReactElement } from 'react';
import type { Pane } from '../state/state.ts';
import { formatCount } from '../text/format.ts';
import { composeRow, type Span, span } from '../text/spans.ts';
import type { FooterProps } from './footer.tsx';
import { Row } from './frame.tsx';

/** One line that stands for the lists where there is room for one of them. */
export function Strip({ state, look, layout }: FooterProps): ReactElement {
  const tab = (pane: Pane, text: string): readonly Span[] => {
    const isOpen = state.list === pane;
    return [span(isOpen ? `[${text}]` : ` ${text} `, isOpen ? 'bold' : 'dim'), span(' ')];
  };
  const spans = [
    ...tab('devices', `1 Devices ${formatCount(state.devices.all.length)}`),
    ...tab('messages', `2 Messages ${formatCount(state.messages.log.entries.length)}`),
  ];
  return <Row text={composeRow(look, layout.columns, spans)} />;
}
