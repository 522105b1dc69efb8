import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHistoryFile } from '../../src/cli/history-file.ts';

describe('the history of commands', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'relay-history-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const open = () => openHistoryFile({ RELAY_CONFIG_DIR: folder });
  const path = () => join(folder, 'history.ndjson');

  it('is empty at first', async () => {
    expect(await open().load()).toEqual([]);
  });

  it('keeps commands with their lines, each where it was used last, for their owner alone', async () => {
    for (const command of ['@a {"n":1}', '@b {\n}', '@a {"n":1}']) await open().add(command);
    expect(await open().load()).toEqual(['@b {\n}', '@a {"n":1}']);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  it('passes over what cannot be read, and what is too long to be typed', async () => {
    await open().add('good');
    appendFileSync(path(), '{"half\n[1]\n');
    await open().add('x'.repeat(20_000));
    expect(await open().load()).toEqual(['good']);
  });

  it('gives back the last 200, and does not grow without end', async () => {
    appendFileSync(path(), Array.from({ length: 1500 }, (_, n) => `${JSON.stringify(`command ${n}`)}\n`).join(''));
    const commands = await open().load();
    expect(commands).toHaveLength(200);
    expect(commands.at(-1)).toBe('command 1499');
    expect(readFileSync(path(), 'utf8').trim().split('\n')).toHaveLength(200);
  });
});
