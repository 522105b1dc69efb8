import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { editText } from '../../../src/tui/session/edit-text.ts';

describe('editing outside', () => {
  it('gives the text to the editor, flags and all, and takes what it saved', async () => {
    expect(await editText('{"cmd":"reboot"}', { EDITOR: 'sed -i s/reboot/stop/' })).toBe('{"cmd":"stop"}');
  });

  it('prefers $VISUAL, and keeps lines', async () => {
    expect(await editText('{\n}', { VISUAL: 'true', EDITOR: 'false' })).toBe('{\n}');
  });

  it('says so when the editor fails, and leaves no file behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'relay-edit-'));
    try {
      const seen = join(folder, 'path');
      await expect(editText('x', { EDITOR: `sh -c 'echo "$0" > ${seen}; exit 3'` })).rejects.toThrow(/ended with 3/);
      expect(existsSync(readFileSync(seen, 'utf8').trim())).toBe(false);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
