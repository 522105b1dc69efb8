import type { LogEntry, Outcome } from '../model/log-entry.ts';
import type { TimeColumn } from '../state/state.ts';
import { cutToCells, fitToCells, wrapToCells } from '../text/cells.ts';
import { compactJson } from '../text/compact-json.ts';
import { formatAge, formatElapsed, formatMoment, formatTime } from '../text/format.ts';
import type { Look, Tone } from '../text/look.ts';
import { outcomeWords } from '../text/outcome-words.ts';
import { composeRow, type Span, span, spansWidth } from '../text/spans.ts';
import { toVisible, toVisibleName } from '../text/visible.ts';

export interface MessageRowOptions {
  readonly look: Look;
  readonly columns: number;
  /** Columns of the other side's name. */
  readonly peers: number;
  readonly isCursor: boolean;
  readonly time: TimeColumn;
  /** When the message before it was; undefined for the first. */
  readonly beforeMs: number | undefined;
  /** Rows that the message may take. */
  readonly rows: number;
}

/** The name of the other side, at most so many columns wide. */
export function peerText(entry: LogEntry, look: Look, columns: number): string {
  const visible = (name: string): string => toVisibleName(name.slice(0, columns * 2), look.isAscii);
  const name = entry.peer === '' ? '(no sender)' : visible(entry.peer);
  const text = entry.direction === 'tap' ? `${visible(entry.from)} ${look.glyphs.target} ${name}` : name;
  return cutToCells(text, columns, look.glyphs.ellipsis);
}

const outcomeTones: Readonly<Record<Outcome['state'], Tone>> = {
  sending: 'dim',
  sent: 'dim',
  queued: 'warn',
  delivered: 'good',
  replied: 'good',
  expired: 'warn',
  cancelled: 'warn',
  unconfirmed: 'bad',
  refused: 'bad',
  'not-sent': 'bad',
};

/** What became of a sent message. */
export function outcomeSpan(outcome: Outcome, { glyphs }: Look): Span {
  const signs: Readonly<Partial<Record<Outcome['state'], string>>> = {
    sending: glyphs.ellipsis,
    queued: `${glyphs.waiting} `,
  };
  const isFailure = outcome.state === 'replied' && outcome.isFailure;
  const tone = isFailure ? 'bad' : outcomeTones[outcome.state];
  return span((signs[outcome.state] ?? '') + outcomeWords(outcome), tone);
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

function payloadText(entry: LogEntry, characters: number, look: Look): string {
  const text = entry.direction === 'out' ? entry.typed : entry.text;
  return toVisible(compactJson(text, wayKeys, characters).slice(0, characters * 4), look.isAscii);
}

const wayTones = { in: 'good', out: 'accent', tap: 'dim' } as const;

function timeText({ atMs }: LogEntry, { columns, time, beforeMs }: MessageRowOptions): string {
  if (columns < 40) return '';
  if (time === 'elapsed') return `${formatElapsed(atMs - (beforeMs ?? atMs)).padStart(8)} `;
  if (time === 'date' && columns >= 60) return `${formatMoment(atMs).slice(0, columns >= 80 ? 23 : 19)} `;
  return `${formatTime(atMs, columns >= 70)} `;
}

/** One message: when, which way, who, what, and what became of it; in one row, or in as many as it may take. */
export function messageRows(entry: LogEntry, options: MessageRowOptions): readonly string[] {
  const { look, columns, peers, isCursor, rows } = options;
  const { glyphs } = look;
  const way = { in: glyphs.received, out: glyphs.sent, tap: glyphs.tapped }[entry.direction];
  const tone: Tone = isCursor ? 'bold' : 'plain';
  const head = [
    span(isCursor ? `${glyphs.cursor} ` : '  ', 'accent'),
    span(timeText(entry, options), 'dim'),
    span(`${way} `, wayTones[entry.direction]),
    span(
      `${fitToCells(peerText(entry, look, peers), peers, glyphs.ellipsis)}  `,
      entry.direction === 'out' ? 'accent' : 'plain',
    ),
  ];
  const side = sideSpans(entry, look);
  if (rows === 1) return [composeRow(look, columns, [...head, span(payloadText(entry, columns, look), tone)], side)];
  const indent = spansWidth(head);
  // The first row has what became of it at its end; those behind it stand below its payload.
  const room = Math.max(8, columns - indent - spansWidth(side) - 1);
  const lines = wrapToCells(payloadText(entry, room * rows, look), room);
  const last = lines.length > rows ? glyphs.ellipsis : '';
  return lines.slice(0, rows).map((line, index) => {
    if (index === 0) return composeRow(look, columns, [...head, span(line, tone)], side);
    const rest = index === rows - 1 ? last : '';
    return composeRow(look, columns, [span(' '.repeat(indent)), span(line + rest, tone)]);
  });
}
