import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRecordFile } from '../../../src/cli/recording/record-file.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'softlab-relay-test-'));
  path = join(folder, 'room.ndjson');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the file of a recording', () => {
  it('holds a line a message, in order, and is for its owner alone', async () => {
    const file = await openRecordFile(path);
    expect(file.isReplacing).toBe(false);
    await Promise.all(Array.from({ length: 100 }, (_, n) => file.append(`{"n":${n}}`)));
    expect(readFileSync(path, 'utf8')).toBe(Array.from({ length: 100 }, (_, n) => `{"n":${n}}\n`).join(''));
    await file.close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('takes the place of another one when the first line comes, or at an end without one', async () => {
    for (const lines of [['{"n":1}'], []]) {
      writeFileSync(path, 'an older and longer recording\n');
      const file = await openRecordFile(path);
      expect(file.isReplacing).toBe(true);
      expect(readFileSync(path, 'utf8')).toContain('older');
      for (const line of lines) await file.append(line);
      await file.close();
      expect(readFileSync(path, 'utf8')).toBe(lines.map((line) => `${line}\n`).join(''));
    }
  });

  it('leaves everything as it was when nothing came before a failure, and keeps what came', async () => {
    await (await openRecordFile(path)).abandon();
    expect(existsSync(path)).toBe(false);
    writeFileSync(path, 'older\n');
    await (await openRecordFile(path)).abandon();
    expect(readFileSync(path, 'utf8')).toBe('older\n');
    const file = await openRecordFile(path);
    await file.append('{"n":1}');
    await file.abandon();
    expect(readFileSync(path, 'utf8')).toBe('{"n":1}\n');
  });

  it('says why it cannot be written', async () => {
    await expect(openRecordFile(join(folder, 'no', 'such', 'folder'))).rejects.toThrow(/cannot be written: ENOENT/);
    await expect(openRecordFile(folder)).rejects.toThrow(/cannot be written: E/);
  });
});
