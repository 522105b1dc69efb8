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
  /** The numbers of the latest messages that were sent from here, by their `_id`: those that a reply may name. */
  readonly sentSeqs: ReadonlyMap<string, readonly number[]>;
}

export const emptyLog: MessageLog = {
  entries: [],
  characters: 0,
  nextSeq: 1,
  filterText: '',
  filter: undefined,
  matches: [],
  sentSeqs: new Map(),
};

/** So many `_id`s are remembered for the replies and refusals that name them. */
const sentIdsMax = 1_000;

/** How an entry looks to a filter. */
export function passes(filter: MessageFilter | undefined, entry: LogEntry): boolean {
  if (filter === undefined) return true;
  switch (entry.direction) {
    case 'in':
      return filter.matches({ from: entry.peer, text: entry.text });
    case 'out':
      return filter.matches({ to: entry.peer, text: entry.text });
    case 'tap':
      return filter.matches({ from: entry.from, to: entry.peer, text: entry.text });
  }
}

function rememberSent(before: MessageLog['sentSeqs'], added: readonly LogEntry[]): MessageLog['sentSeqs'] {
  const sent = added.filter((entry) => entry.direction === 'out');
  if (sent.length === 0) return before;
  const seqs = new Map(before);
  for (const { messageId, seq } of sent) seqs.set(messageId, [...(seqs.get(messageId) ?? []), seq]);
  return seqs.size <= sentIdsMax ? seqs : new Map([...seqs].slice(-sentIdsMax));
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
  const sentSeqs = rememberSent(log.sentSeqs, added);
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

/** A sent message by its number. */
export function sentEntry(log: MessageLog, seq: number): SentEntry | undefined {
  const entry = log.entries[indexOfSeq(log.entries, seq)];
  return entry?.direction === 'out' ? entry : undefined;
}

/** The latest message with this `_id` of which this is true. */
export function findSentById(
  log: MessageLog,
  messageId: string,
  is: (entry: SentEntry) => boolean,
): SentEntry | undefined {
  const entries = (log.sentSeqs.get(messageId) ?? []).map((seq) => sentEntry(log, seq));
  return entries.findLast((entry) => entry !== undefined && is(entry));
}

/** The latest sent message of which this is true, whatever its `_id`. */
export function findSent(log: MessageLog, is: (entry: SentEntry) => boolean): SentEntry | undefined {
  const seqs = [...log.sentSeqs.values()].flat().sort((a, b) => b - a);
  for (const seq of seqs) {
    const entry = sentEntry(log, seq);
    if (entry !== undefined && is(entry)) return entry;
  }
  return undefined;
}
