import type { LogEntry, Outcome } from '../model/log-entry.ts';
import { cutToCells, fitToCells } from '../text/cells.ts';
import { compactJson } from '../text/compact-json.ts';
import { formatAge, formatTime } from '../text/format.ts';
import type { Look, Tone } from '../text/look.ts';
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
  const visible = (name: string): string => toVisibleName(name.slice(0, columns * 2), look.isAscii);
  const name = entry.peer === '' ? '(no sender)' : visible(entry.peer);
  const text = entry.direction === 'tap' ? `${visible(entry.from)} ${look.glyphs.target} ${name}` : name;
  return cutToCells(text, columns, look.glyphs.ellipsis);
}

/** What became of a sent message. */
export function outcomeSpan(outcome: Outcome, { glyphs }: Look): Span {
  switch (outcome.state) {
    case 'sending':
      return span(glyphs.ellipsis, 'dim');
    case 'sent':
      return span('sent', 'dim');
    case 'queued':
      return span(`${glyphs.waiting} queued`, 'warn');
    case 'delivered':
      return span('delivered', 'good');
    case 'replied':
      return span(`replied ${Math.round(outcome.afterMs)} ms`, 'good');
    case 'expired':
    case 'cancelled':
      return span(outcome.state, 'warn');
    case 'unconfirmed':
      return span('unconfirmed', 'bad');
    case 'refused':
      return span(`refused ${toVisible(outcome.code)}`, 'bad');
    case 'not-sent':
      return span('not sent', 'bad');
  }
}

const tapTones: Readonly<Record<string, Tone>> = { delivered: 'good', sent: 'dim', queued: 'warn' };

function sideSpans(entry: LogEntry, look: Look): readonly Span[] {
  switch (entry.direction) {
    case 'out':
      return [outcomeSpan(entry.outcome, look)];
    case 'tap':
      return [span(toVisible(entry.outcome, look.isAscii), tapTones[entry.outcome] ?? 'bad')];
    case 'in': {
      const age = entry.ageMs === undefined ? 'was queued' : `waited ${formatAge(entry.ageMs)}`;
      return entry.offlineQueued ? [span(`${look.glyphs.waiting} ${age}`, 'warn')] : [];
    }
  }
}

/** What every message says of its way, which the row says already. */
const wayKeys = ['target', 'sender', '_from', '_age_ms', '_offline_queued'];

function payloadText(entry: LogEntry, columns: number, look: Look): string {
  const text = entry.direction === 'out' ? entry.typed : entry.text;
  return toVisible(compactJson(text, wayKeys, columns).slice(0, columns * 4), look.isAscii);
}

const wayTones = { in: 'good', out: 'accent', tap: 'dim' } as const;

/** One message as one row: when, which way, who, what, and what became of it. */
export function messageRow(entry: LogEntry, { look, columns, peers, isCursor }: MessageRowOptions): string {
  const { glyphs } = look;
  const time = columns < 40 ? '' : `${formatTime(entry.atMs, columns >= 70)} `;
  const isSent = entry.direction === 'out';
  const way = { in: glyphs.received, out: glyphs.sent, tap: glyphs.tapped }[entry.direction];
  const tone = wayTones[entry.direction];
  const left = [
    span(isCursor ? `${glyphs.cursor} ` : '  ', 'accent'),
    span(time, 'dim'),
    span(`${way} `, tone),
    span(`${fitToCells(peerText(entry, look, peers), peers, glyphs.ellipsis)}  `, isSent ? 'accent' : 'plain'),
    span(payloadText(entry, columns, look), isCursor ? 'bold' : 'plain'),
  ];
  return composeRow(look, columns, left, sideSpans(entry, look));
}
