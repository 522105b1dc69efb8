import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMessageFilter } from '../../../src/client/message-filter.ts';
import type { LogEntry } from '../../../src/tui/model/log-entry.ts';
import {
  appendEntries,
  emptyLog,
  filterLog,
  findSent,
  logCharactersMax,
  logEntriesMax,
  type MessageLog,
  updateLog,
} from '../../../src/tui/model/message-log.ts';

function entry(seq: number, text: string): LogEntry {
  return { seq, atMs: 0, direction: 'in', peer: 'p', text, offlineQueued: false };
}

function sentEntry(seq: number, messageId: string): LogEntry {
  return { seq, atMs: 0, direction: 'out', peer: 'p', text: '{}', typed: '{}', messageId, outcome: { state: 'sent' } };
}

function append(log: MessageLog, ...texts: readonly string[]): MessageLog {
  return appendEntries(
    log,
    texts.map((text, index) => entry(log.nextSeq + index, text)),
  );
}

describe('the message log', () => {
  it('keeps the latest 10,000 messages', () => {
    let log = append(emptyLog, ...Array.from({ length: logEntriesMax }, () => '{}'));
    log = append(log, '{"n":1}', '{"n":2}');
    expect(log.entries).toHaveLength(logEntriesMax);
    expect(log.entries[0]?.seq).toBe(3);
    expect(log.entries.at(-1)?.text).toBe('{"n":2}');
  });

  it('keeps no more text than its limit, whatever devices send', () => {
    const large = 'x'.repeat(logCharactersMax / 4);
    const log = append(append(emptyLog, large, large, large), large, large);
    expect(log.entries).toHaveLength(4);
    expect(log.characters).toBe(logCharactersMax);
  });

  it('shows the same whether a filter is set before or after the messages came', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.constantFrom('{"a":1}', '{"b":2}', '{"a":2}'))), (batches) => {
        const filter = parseMessageFilter('a=*');
        const before = batches.reduce((log, texts) => append(log, ...texts), filterLog(emptyLog, 'a=*', filter));
        const after = filterLog(
          batches.reduce((log, texts) => append(log, ...texts), emptyLog),
          'a=*',
          filter,
        );
        expect(before.matches).toEqual(after.matches);
      }),
    );
  });

  it('forgets filtered messages together with the log', () => {
    let log = filterLog(emptyLog, 'old', parseMessageFilter('old'));
    log = append(log, '{"t":"old"}');
    log = append(log, ...Array.from({ length: logEntriesMax }, () => '{"t":"new"}'));
    expect(log.matches).toEqual([]);
  });

  it('replaces an entry in the log and in what the filter shows', () => {
    const log = filterLog(append(emptyLog, '{"a":1}', '{"a":2}'), 'a', parseMessageFilter('a'));
    const updated = updateLog(log, entry(2, '{"a":3}'));
    expect(updated.entries[1]?.text).toBe('{"a":3}');
    expect(updated.matches[1]?.text).toBe('{"a":3}');
    expect(log.entries[1]?.text).toBe('{"a":2}');
  });

  it('finds the latest sent message first', () => {
    const log = appendEntries(emptyLog, [sentEntry(1, 'a'), sentEntry(2, 'b'), entry(3, '{}'), sentEntry(4, 'a')]);
    expect(findSent(log, ({ messageId }) => messageId === 'a')?.seq).toBe(4);
    expect(findSent(log, ({ messageId }) => messageId === 'c')).toBeUndefined();
  });
});
