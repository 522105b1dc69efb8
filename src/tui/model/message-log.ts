import type { MessageFilter } from '../../client/message-filter.ts';
import type { LogEntry, SentEntry } from './log-entry.ts';

/** Most messages that are kept. */
export const logEntriesMax = 10_000;
/** Most characters of all texts together: a device may send 256 KiB at a time. */
export const logCharactersMax = 32 * 1024 * 1024;

/**
 * The messages that came and went, oldest first. Immutable: a paused reader keeps the arrays that it saw. A batch costs one
 * copy of 10,000 references at most, and batches come ten times a second.
 */
export interface MessageLog {
  readonly entries: readonly LogEntry[];
  readonly characters: number;
  readonly nextSeq: number;
  readonly filterText: string;
  readonly filter: MessageFilter | undefined;
  /** The entries that the filter lets through; all of them without a filter. */
  readonly matches: readonly LogEntry[];
  /** The numbers of the latest messages that were sent from here: those whose state may still change. */
  readonly sentSeqs: readonly number[];
}

export const emptyLog: MessageLog = {
  entries: [],
  characters: 0,
  nextSeq: 1,
  filterText: '',
  filter: undefined,
  matches: [],
  sentSeqs: [],
};

/** So many sent messages are looked at when a reply or a refusal comes. */
const sentSeqsMax = 1_000;

/** How an entry looks to a filter. */
function passes(filter: MessageFilter | undefined, entry: LogEntry): boolean {
  if (filter === undefined) return true;
  const peer = entry.direction === 'in' ? { from: entry.peer } : { to: entry.peer };
  return filter.matches({ ...peer, text: entry.text });
}

/** How many of the oldest entries have to go for the limits to hold. */
function excess(entries: readonly LogEntry[], characters: number): { count: number; characters: number } {
  let count = 0;
  let left = characters;
  while (count < entries.length && (entries.length - count > logEntriesMax || left > logCharactersMax)) {
    left -= entries[count]?.text.length ?? 0;
    count++;
  }
  return { count, characters: left };
}

/** Position of an entry by its number; -1 when it is not (any more) among them. */
export function indexOfSeq(entries: readonly LogEntry[], seq: number): number {
  let low = 0;
  let high = entries.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = entries[middle]?.seq ?? 0;
    if (found === seq) return middle;
    if (found < seq) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** Adds entries, whose numbers go on from `nextSeq`, and lets go of the oldest where the limits ask for it. */
export function appendEntries(log: MessageLog, added: readonly LogEntry[]): MessageLog {
  if (added.length === 0) return log;
  const all = log.entries.concat(added);
  const total = added.reduce((sum, entry) => sum + entry.text.length, log.characters);
  const { count, characters } = excess(all, total);
  const entries = count === 0 ? all : all.slice(count);
  const firstSeq = entries[0]?.seq ?? 0;
  const nextSeq = (added.at(-1)?.seq ?? log.nextSeq - 1) + 1;
  const sent = added.filter(({ direction }) => direction === 'out').map(({ seq }) => seq);
  const sentSeqs = sent.length === 0 ? log.sentSeqs : [...log.sentSeqs, ...sent].slice(-sentSeqsMax);
  const appended = { ...log, entries, characters, nextSeq, sentSeqs };
  if (log.filter === undefined) return { ...appended, matches: entries };
  const kept = log.matches.concat(added.filter((entry) => passes(log.filter, entry)));
  return { ...appended, matches: count === 0 ? kept : kept.filter(({ seq }) => seq >= firstSeq) };
}

/** Shows the entries alone that the filter lets through. */
export function filterLog(log: MessageLog, filterText: string, filter: MessageFilter | undefined): MessageLog {
  const matches = filter === undefined ? log.entries : log.entries.filter((entry) => passes(filter, entry));
  return { ...log, filterText, filter, matches };
}

/** The same entries with one of them replaced; the same array when it is not among them. */
export function replaceEntry(entries: readonly LogEntry[], replacement: LogEntry): readonly LogEntry[] {
  const index = indexOfSeq(entries, replacement.seq);
  return index < 0 ? entries : entries.with(index, replacement);
}

/** Replaces an entry wherever it is kept. */
export function updateLog(log: MessageLog, replacement: LogEntry): MessageLog {
  const entries = replaceEntry(log.entries, replacement);
  const matches = log.filter === undefined ? entries : replaceEntry(log.matches, replacement);
  return { ...log, entries, matches };
}

/** The latest sent message of which this is true. */
export function findSent(log: MessageLog, is: (entry: SentEntry) => boolean): SentEntry | undefined {
  for (const seq of log.sentSeqs.toReversed()) {
    const entry = log.entries[indexOfSeq(log.entries, seq)];
    if (entry?.direction === 'out' && is(entry)) return entry;
  }
  return undefined;
}
