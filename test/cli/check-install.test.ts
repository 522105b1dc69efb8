import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const script = 'src/build/check-install.js';
const root = join(import.meta.dirname, '..', '..');

const check = (folder: string) => spawnSync(process.execPath, [join(folder, script)], { encoding: 'utf8' });

describe('before a checkout is built', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'softlab-relay-test-'));
    mkdirSync(join(folder, 'src/build'), { recursive: true });
    copyFileSync(join(root, script), join(folder, script));
    writeFileSync(join(folder, 'package.json'), '{"type":"module","devDependencies":{"esbuild":"0.28.1"}}');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('one line says to run npm ci where that was not done', () => {
    const { status, stderr } = check(folder);
    expect({ status, lines: stderr.trim().split('\n') }).toEqual({
      status: 1,
      lines: [expect.stringContaining('run "npm ci" first')],
    });
  });

  const install = (version: string): void => {
    mkdirSync(join(folder, 'node_modules'));
    const packages = { 'node_modules/esbuild': { version } };
    writeFileSync(join(folder, 'node_modules/.package-lock.json'), JSON.stringify({ packages }));
  };

  it('nothing is said where it was', () => {
    install('0.28.1');
    expect(check(folder)).toMatchObject({ status: 0, stderr: '', stdout: '' });
  });

  it('the same is said where package.json has changed since then, and names what is missing', () => {
    install('0.27.0');
    expect(check(folder)).toMatchObject({ status: 1, stderr: expect.stringContaining('esbuild is missing') });
  });
});
