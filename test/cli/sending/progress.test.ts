import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Output } from '../../../src/cli/output.ts';
import { createProgress, inputBytes, progressLine } from '../../../src/cli/sending/progress.ts';

describe('the progress of a long input', () => {
  it('is a bar where the end is known, and a count elsewhere', () => {
    expect(progressLine(12_000, 0.5, 10_000)).toBe('[############------------] 50%  12,000 sent, 1,200 a second');
    expect(progressLine(12_000, undefined, 10_000)).toBe('12,000 sent, 1,200 a second');
    expect(progressLine(1, 1.2, 1_000)).toMatch(/^\[#{24}\] 100% {2}1 sent/);
  });

  it('is shown after half a second, ten times a second at most, and taken away at the end', () => {
    const lines: string[] = [];
    let nowMs = 0;
    // Nothing else of the output is used.
    const output = { progress: (text: string) => void lines.push(text) } as Partial<Output> as Output;
    const progress = createProgress(output, 24, () => nowMs);
    for (nowMs = 0; nowMs <= 650; nowMs += 50) progress.note(nowMs, '{}');
    progress.end();
    expect(lines).toHaveLength(3);
    expect(lines.at(-1)).toBe('');
  });

  it('knows the size of a list and of standard input from a file, and not that of a pipe', () => {
    expect(inputBytes(['{}', '{"ä":1}'], Readable.from([]))).toBe(3 + 9);
    async function* lines() {
      yield '{}';
    }
    expect(inputBytes(lines(), Readable.from([]))).toBeUndefined();
    const path = join(tmpdir(), `relay-progress-${process.pid}.ndjson`);
    writeFileSync(path, '{"n":1}\n{"n":2}\n');
    const fd = openSync(path, 'r');
    expect(inputBytes(lines(), Object.assign(Readable.from([]), { fd }))).toBe(16);
    closeSync(fd);
    rmSync(path);
  });
});
