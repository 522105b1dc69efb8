import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogEntry } from '../../../src/tui/model/log-entry.ts';
import { saveLog } from '../../../src/tui/session/save-log.ts';
import { startMs } from '../harness.ts';

const entries: readonly LogEntry[] = [
  { seq: 1, atMs: startMs, direction: 'in', peer: 'gate', text: '{"n":1.0,\n"m":2}', offlineQueued: false },
  {
    seq: 2,
    atMs: startMs,
    direction: 'out',
    peer: 'gate',
    text: '{"n":12345678901234567890}',
    typed: '{"n":12345678901234567890}',
    messageId: 'c-1',
    outcome: { state: 'delivered' },
  },
  { seq: 3, atMs: startMs, direction: 'tap', from: 'boss', peer: 'gate', text: '{}', outcome: 'queued' },
];

describe('saving the log', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'relay-save-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('writes a line of JSON a message, every digit of it, for its owner alone', async () => {
    const path = await saveLog(entries, startMs, folder);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => line.replace(/^\{"at":"[^"]+",/, ''))).toEqual([
      '"from":"gate","payload":{"n":1.0, "m":2}}',
      '"to":"gate","outcome":"delivered","payload":{"n":12345678901234567890}}',
      '"from":"boss","to":"gate","outcome":"queued","payload":{}}',
    ]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('overwrites nothing, however quickly it is asked again', async () => {
    const first = await saveLog(entries, startMs, folder);
    const second = await saveLog(entries, startMs, folder);
    expect(second).not.toBe(first);
    expect(readFileSync(second, 'utf8')).toBe(readFileSync(first, 'utf8'));
  });
});
