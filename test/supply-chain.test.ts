import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const readJson = (name: string) => JSON.parse(readFileSync(join(root, name), 'utf8'));

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
}

const manifest = readJson('package.json');
const locked: Readonly<Record<string, LockedPackage>> = readJson('package-lock.json').packages;
const direct: Readonly<Record<string, string>> = manifest.devDependencies;

describe('the supply chain', () => {
  it('ends in the bundle: who installs the package installs no other', () => {
    for (const kind of ['dependencies', 'optionalDependencies', 'peerDependencies', 'bundleDependencies']) {
      expect(manifest[kind], kind).toBeUndefined();
    }
  });

  it('has exact versions, and the lock file has the same', () => {
    for (const [name, version] of Object.entries(direct)) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
      expect(locked[`node_modules/${name}`]?.version, name).toBe(version);
    }
  });

  it('has a hash for every package that is downloaded, and downloads from the public registry alone', () => {
    for (const [path, entry] of Object.entries(locked)) {
      if (path === '' || entry.resolved === undefined) continue;
      expect(entry.integrity, path).toMatch(/^sha512-/);
      expect(new URL(entry.resolved).host, path).toBe('registry.npmjs.org');
    }
  });

  it('runs install scripts that were approved or refused by name', () => {
    const scripted = Object.entries(locked).filter(([, entry]) => entry.hasInstallScript === true);
    const names = scripted.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
    expect(Object.keys(manifest.allowScripts).sort()).toEqual(expect.arrayContaining(names.sort()));
  });

  it('is described, each package, in src/README.md, and nothing else is', () => {
    const readme = readFileSync(join(root, 'src', 'README.md'), 'utf8');
    const rows = readme.split('\n').filter((line) => line.startsWith('| `'));
    const described = rows.flatMap((row) =>
      [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name),
    );
    expect(described.sort()).toEqual(Object.keys(direct).sort());
  });
});
