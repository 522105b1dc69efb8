import type { LogEntry, Outcome } from '../model/log-entry.ts';
import { cutToCells, fitToCells } from '../text/cells.ts';
import { compactJson } from '../text/compact-json.ts';
import { formatTime } from '../text/format.ts';
import type { Look } from '../text/look.ts';
import { composeRow, type Span, span } from '../text/spans.ts';
import { toVisible, toVisibleName } from '../text/visible.ts';

export interface MessageRowOptions {
  readonly look: Look;
  readonly columns: number;
  /** Columns of the other side's name. */
  readonly peers: number;
  readonly isCursor: boolean;
}

/** The name of the other side, at most so many columns wide. */
export function peerText(entry: LogEntry, look: Look, columns: number): string {
  const name = entry.peer === '' ? '(no sender)' : entry.peer;
  return cutToCells(toVisibleName(name.slice(0, columns * 2), look.isAscii), columns, look.glyphs.ellipsis);
}

/** What became of a sent message. */
export function outcomeSpan(outcome: Outcome, { glyphs }: Look): Span {
  switch (outcome.state) {
    case 'sending':
      return span(glyphs.ellipsis, 'dim');
    case 'sent':
      return span('sent', 'dim');
    case 'replied':
      return span(`replied ${Math.round(outcome.afterMs)} ms`, 'good');
    case 'refused':
      return span(`refused ${toVisible(outcome.code)}`, 'bad');
    case 'not-sent':
      return span('not sent', 'bad');
  }
}

function sideSpans(entry: LogEntry, look: Look): readonly Span[] {
  if (entry.direction === 'out') return [outcomeSpan(entry.outcome, look)];
  return entry.offlineQueued ? [span(`${look.glyphs.waiting} was queued`, 'warn')] : [];
}

/** What every message says of its way, which the row says already. */
const wayKeys = ['target', 'sender'];

function payloadText(entry: LogEntry, columns: number, look: Look): string {
  const text = entry.direction === 'out' ? entry.typed : entry.text;
  return toVisible(compactJson(text, wayKeys, columns).slice(0, columns * 4), look.isAscii);
}

/** One message as one row: when, which way, who, what, and what became of it. */
export function messageRow(entry: LogEntry, { look, columns, peers, isCursor }: MessageRowOptions): string {
  const { glyphs } = look;
  const time = columns < 40 ? '' : `${formatTime(entry.atMs, columns >= 70)} `;
  const isSent = entry.direction === 'out';
  const left = [
    span(isCursor ? `${glyphs.cursor} ` : '  ', 'accent'),
    span(time, 'dim'),
    span(`${isSent ? glyphs.sent : glyphs.received} `, isSent ? 'accent' : 'good'),
    span(`${fitToCells(peerText(entry, look, peers), peers, glyphs.ellipsis)}  `, isSent ? 'accent' : 'plain'),
    span(payloadText(entry, columns, look), isCursor ? 'bold' : 'plain'),
  ];
  return composeRow(look, columns, left, sideSpans(entry, look));
}
