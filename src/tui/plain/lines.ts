/** Devices and messages as lines that can be read aloud. */
import type { Device } from '../model/device-list.ts';
import { type LogEntry, reasonOf } from '../model/log-entry.ts';
import type { DeviceSheet } from '../state/overlay.ts';
import { compactJson } from '../text/compact-json.ts';
import { countOf, formatAge, formatMoment } from '../text/format.ts';
import { outcomeWords } from '../text/outcome-words.ts';
import { prettyJson } from '../text/pretty-json.ts';
import { toVisible, toVisibleName } from '../text/visible.ts';

export type Lines = readonly string[];

/** Longer payloads are cut: nobody listens to the end of them. `:read` has all of it. */
const payloadCharactersMax = 300;
/** Lines of one message that `:read` says at most. */
const prettyLinesMax = 500;
/** Messages of one queue that are said at most. */
const waitingMax = 50;

function shortJson(text: string, left: readonly string[]): string {
  return toVisible(compactJson(text, left, payloadCharactersMax).slice(0, payloadCharactersMax));
}

export function payloadOf(entry: LogEntry): string {
  return shortJson(entry.direction === 'out' ? entry.typed : entry.text, ['target', 'sender', '_from']);
}

function peerOf({ peer }: LogEntry): string {
  return peer === '' ? 'somebody' : toVisibleName(peer);
}

/** One message as a sentence. */
export function entryLine(entry: LogEntry): string {
  const peer = peerOf(entry);
  switch (entry.direction) {
    case 'in':
      return `${peer}: ${payloadOf(entry)}${entry.offlineQueued ? ' (it was queued)' : ''}`;
    case 'out':
      return `to ${peer}: ${payloadOf(entry)} ${outcomeWords(entry.outcome)}`.trimEnd();
    case 'tap':
      return `${toVisibleName(entry.from)} to ${peer}: ${payloadOf(entry)} (${toVisible(entry.outcome)})`;
  }
}

function jsonLines(text: string): Lines {
  return prettyJson(text, prettyLinesMax).map(({ depth, label, value }) => {
    return '  '.repeat(Math.min(depth, 12)) + toVisible(label + value);
  });
}

/** All of one message: when, whose, what became of it, and its JSON line by line. */
export function wholeEntryLines(entry: LogEntry): Lines {
  const heads = {
    in: `From ${peerOf(entry)}`,
    out: `To ${peerOf(entry)}`,
    tap: `From ${entry.direction === 'tap' ? toVisibleName(entry.from) : ''} to ${peerOf(entry)}`,
  };
  const head = `${heads[entry.direction]}, ${formatMoment(entry.atMs)}:`;
  if (entry.direction !== 'out') return [head, ...jsonLines(entry.text)];
  const { outcome } = entry;
  const reason = reasonOf(outcome);
  const fate = [outcomeWords(outcome), ...(reason === undefined ? [] : [toVisible(reason)])].join(': ');
  const reply = outcome.state === 'replied' ? ['The reply:', ...jsonLines(outcome.reply)] : [];
  return [head, ...jsonLines(entry.text), ...(fate === '' ? [] : [fate]), ...reply];
}

export function deviceLine({ id, state, waiting }: Device): string {
  return `${toVisibleName(id)} is ${state}${waiting > 0 ? `, ${waiting} waiting` : ''}`;
}

function momentOf(iso: string | null): string | undefined {
  const atMs = iso === null ? Number.NaN : Date.parse(iso);
  return Number.isNaN(atMs) ? undefined : formatMoment(atMs).slice(0, 19);
}

function factLines({ id, detail }: DeviceSheet): Lines {
  const name = toVisibleName(id);
  if (detail === undefined) return [`${name} is not known to the relay.`];
  const since = momentOf(detail.online_since);
  const from = detail.address === null ? '' : ` from ${toVisible(detail.address)}`;
  const seen = momentOf(detail.last_seen);
  const presence = detail.state === 'online' ? `online since ${since ?? 'just now'}${from}` : 'offline';
  const registered = momentOf(detail.created_at);
  return [
    `${name} is ${presence}, last seen ${seen ?? 'never'}.`,
    detail.registered ? `Registered ${registered ?? ''}`.trimEnd() : 'It has no token of its own.',
  ];
}

export function waitingLine(count: number): string {
  return count === 0 ? 'Nothing waits for it.' : `${countOf(count, 'message')} waiting for it.`;
}

/** What is known of a device, what waits for it, and what became of the last messages to it. */
export function sheetLines(sheet: DeviceSheet, nowMs: number): Lines {
  const { queue, detail } = sheet;
  const waiting = (queue?.messages ?? []).map(({ seq, from, payload, handed, queued_at }) => {
    const age = formatAge(nowMs - Date.parse(queued_at));
    const state = handed ? ', handed over' : '';
    return `number ${seq}, waiting ${age}${state}, from ${toVisibleName(from)}: ${shortJson(payload, ['target', 'sender'])}`;
  });
  const outcomes = (detail?.outcomes ?? []).toReversed().slice(0, 5);
  const count = queue?.waiting ?? 0;
  return [
    ...factLines(sheet),
    waitingLine(count),
    ...waiting.slice(0, waitingMax),
    ...(waiting.length > waitingMax ? [`and ${waiting.length - waitingMax} more.`] : []),
    ...outcomes.map(({ state, from, count: n, at }) => {
      return `${momentOf(at)?.slice(11) ?? ''} ${toVisible(state)}${n > 1 ? ` ${n} times` : ''}, from ${toVisibleName(from)}`;
    }),
    ...(count === 0 ? [] : [':cancel NUMBER cancels one of them, :purge all.']),
  ];
}
