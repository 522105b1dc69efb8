import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeNewFile } from '../../../src/tui/session/new-file.ts';

describe('a new file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'relay-new-file-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (content: string): Promise<string> =>
    writeNewFile({ folder, name: 'worker', extension: '.py', content });

  it('has its name, or the next one that is free, and is for its owner alone', async () => {
    const first = await write('one');
    const second = await write('two');
    expect([first, second]).toEqual([join(folder, 'worker.py'), join(folder, 'worker-2.py')]);
    expect(readFileSync(first, 'utf8')).toBe('one');
    expect(statSync(second).mode & 0o777).toBe(0o600);
  });

  it('says why it cannot be written', async () => {
    await expect(
      writeNewFile({ folder: join(folder, 'none'), name: 'worker', extension: '.py', content: '' }),
    ).rejects.toThrow('ENOENT');
  });
});
