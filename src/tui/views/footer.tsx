import type { ReactElement } from 'react';
import { footerKeys, frameKeys, keysFor, type Place } from '../keys/keymap.ts';
import type { Layout } from '../state/layout.ts';
import { placeOf } from '../state/place.ts';
import type { CommanderState } from '../state/state.ts';
import type { Look } from '../text/look.ts';
import { composeRow, type Span, span, spansWidth } from '../text/spans.ts';
import { toVisible } from '../text/visible.ts';
import { Row } from './frame.tsx';
import { hintsFor } from './hints.ts';

/** Why the relay is not there, and which key helps where it does; nothing while it is. */
function lossSpans(state: CommanderState, look: Look): readonly Span[] {
  const { connection } = state.relay;
  if (connection?.phase !== 'waiting' && connection?.phase !== 'closed') return [];
  const reason = toVisible(connection.ending.reason, look.isAscii);
  const help = keysFor(placeOf(state), 'reconnect').flatMap(({ label, hint = '' }) => {
    return [span(label, 'bold'), span(` ${hint}   `, 'dim')];
  });
  return [span(`${reason}   `, 'bad'), ...help];
}

/** Keys whose frame has no room for them are named here instead. */
function bindingsFor(place: Place, layout: Layout): Parameters<typeof hintsFor>[1] {
  const keys = footerKeys(place);
  return place === 'composer' && !layout.composer.isFramed ? [...frameKeys(place), ...keys] : keys;
}

export interface FooterProps {
  readonly state: CommanderState;
  readonly look: Look;
  readonly layout: Layout;
}

export function Footer({ state, look, layout }: FooterProps): ReactElement {
  const { notice } = state;
  const loss = lossSpans(state, look);
  const hints = hintsFor(look, bindingsFor(placeOf(state), layout), layout.columns - spansWidth(loss) - 1);
  const words =
    notice === undefined
      ? [...loss, ...hints]
      : [span(toVisible(notice.text, look.isAscii), notice.tone === 'good' ? 'good' : 'warn')];
  return <Row text={composeRow(look, layout.columns, [span(' '), ...words])} />;
}
