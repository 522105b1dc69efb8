import type { ReactElement } from 'react';
import { countNew } from '../model/message-pane.ts';
import { isKeyRefused } from '../state/connect-form.ts';
import type { CommanderState } from '../state/state.ts';
import { formatCount, formatRate } from '../text/format.ts';
import type { Look } from '../text/look.ts';
import { composeRow, type Span, span, spansWidth } from '../text/spans.ts';
import { toVisible } from '../text/visible.ts';
import { Row } from './frame.tsx';

function closedWords(relay: CommanderState['relay']): string {
  if (isKeyRefused(relay)) return 'key refused';
  return relay.connection?.phase === 'closed' && relay.connection.ending.kind === 'replaced' ? 'taken over' : 'closed';
}

/** Whether the relay is there, in a few words. */
export function connectionSpans({ relay, nowMs }: CommanderState, { glyphs }: Look): readonly Span[] {
  const { connection } = relay;
  switch (connection?.phase) {
    case undefined:
    case 'connecting':
      return [span(`${glyphs.offline} connecting`, 'warn')];
    case 'authenticated':
      return [span(glyphs.online, 'good')];
    case 'waiting': {
      const seconds = Math.max(0, Math.ceil((connection.retryAtMs - nowMs) / 1000));
      return [span(`${glyphs.offline} not connected, again in ${seconds}s`, 'bad')];
    }
    case 'closed':
      return [span(`${glyphs.offline} ${closedWords(relay)}`, 'bad')];
  }
}

function readingSpans({ messages }: CommanderState, { glyphs }: Look): readonly Span[] {
  if (messages.pause === undefined) return [span(`${glyphs.follow} FOLLOW`, 'dim')];
  const news = countNew(messages);
  return [span(`${glyphs.paused} PAUSED${news === 0 ? '' : ` +${formatCount(news)} new`}`, 'warn')];
}

/** `wss://relay.example`: the path is the same everywhere. */
function addressOf(url: string): string {
  return url.replace(/\/ws\/connect\/?$/, '');
}

function roundTripSpans({ connection, roundTripMs }: CommanderState['relay']): readonly Span[] {
  const isKnown = connection?.phase === 'authenticated' && roundTripMs !== undefined;
  return isKnown ? [span(`${Math.round(roundTripMs)}ms`)] : [];
}

function problemSpans({ unseenProblems }: CommanderState): readonly Span[] {
  if (unseenProblems === 0) return [];
  return [span(`${unseenProblems} ${unseenProblems === 1 ? 'error' : 'errors'} (e)`, 'bad')];
}

/** A part of the header; where there is no room for all, those of the highest rank are left out. */
interface Segment {
  readonly rank: number;
  readonly spans: readonly Span[];
  /** It belongs to the one before it. */
  readonly isJoined?: true;
}

function segmentsOf(state: CommanderState, look: Look): readonly Segment[] {
  const { relay, devices } = state;
  const online = devices.all.filter(({ state: presence }) => presence === 'online').length;
  const label = span(toVisible(relay.label, look.isAscii), 'bold');
  return [
    { rank: 8, spans: [span('softlab-relay', 'accent')] },
    { rank: 0, spans: [label, span(' '), ...connectionSpans(state, look)] },
    { rank: 7, spans: [span(toVisible(addressOf(relay.url), look.isAscii), 'dim')], isJoined: true },
    { rank: 2, spans: roundTripSpans(relay), isJoined: true },
    { rank: 4, spans: [span(`devices ${online}/${devices.all.length}`)] },
    { rank: 6, spans: [span(`in ${formatRate(relay.rates.in)}/s out ${formatRate(relay.rates.out)}/s`, 'dim')] },
    { rank: 3, spans: readingSpans(state, look) },
    { rank: 5, spans: relay.isTapped ? [span('TAP', 'warn')] : [] },
    { rank: 1, spans: problemSpans(state) },
  ];
}

const gap = '   ';

function gapBefore({ isJoined }: Segment): string {
  return isJoined === true ? ' ' : gap;
}

function fittingSpans(segments: readonly Segment[], columns: number): readonly Span[] {
  const fitting = new Set<Segment>();
  let left = columns - 1;
  for (const segment of segments.toSorted((a, b) => a.rank - b.rank)) {
    if (segment.spans.length === 0) continue;
    left -= spansWidth(segment.spans) + gapBefore(segment).length;
    if (left < 0 && fitting.size > 0) break;
    fitting.add(segment);
  }
  const shown = segments.filter((segment) => fitting.has(segment));
  return shown.flatMap((segment, index) =>
    index === 0 ? segment.spans : [span(gapBefore(segment)), ...segment.spans],
  );
}

export function Header({ state, look }: { readonly state: CommanderState; readonly look: Look }): ReactElement {
  const { columns } = state.size;
  const spans = fittingSpans(segmentsOf(state, look), columns);
  return <Row text={composeRow(look, columns, [span(' '), ...spans])} />;
}
