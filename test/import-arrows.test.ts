import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', 'src');

/** What each folder of src may import besides itself: the arrows of the house. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  client: ['protocol'],
  server: ['protocol'],
  tui: ['client', 'protocol'],
  cli: ['client', 'protocol', 'server', 'tui'],
  web: ['protocol'],
  build: ['web'],
};

/** Libraries that one file a side may import, so that a change of library costs one file. */
const wrapped: Readonly<Record<string, readonly string[]>> = {
  ws: ['server/sockets/sockets.ts', 'client/socket.ts'],
  'node:sqlite': ['server/store/sqlite.ts'],
};

/** Folders that only the lazy imports of cli may load, so that `relay send` loads neither. */
const lazyFromCli = ['server', 'tui'];

function importsOf(file: string): { specifier: string; lazy: boolean; typeOnly: boolean }[] {
  const text = readFileSync(join(root, file), 'utf8');
  const statements = text.matchAll(
    /^(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|^import\s+'([^']+)'|(\bimport)\('([^']+)'\)/gm,
  );
  return [...statements].map((match) => ({
    specifier: match[2] ?? match[3] ?? match[5] ?? '',
    lazy: match[4] !== undefined,
    typeOnly: match[1] !== undefined,
  }));
}

const files = globSync('**/*.{ts,tsx}', { cwd: root });
const edges = files.flatMap((file) =>
  importsOf(file).map((found) => {
    const local = found.specifier.startsWith('.')
      ? relative(root, join(root, dirname(file), found.specifier))
      : undefined;
    return { ...found, file, from: file.split(sep)[0] ?? '', to: local?.split(sep)[0], local };
  }),
);

describe('the import arrows', () => {
  it('finds the files and their imports', () => {
    expect(files.length).toBeGreaterThan(10);
    expect(edges.length).toBeGreaterThan(files.length);
  });

  it('point from the outside to the protocol and nowhere else', () => {
    const against = edges.filter(
      (edge) => edge.to !== undefined && edge.to !== edge.from && !allowed[edge.from]?.includes(edge.to),
    );
    expect(against.map((edge) => `${edge.file} imports ${edge.specifier}`)).toEqual([]);
  });

  it('let cli load the server and the commander lazily', () => {
    const eager = edges.filter(
      (edge) => edge.from === 'cli' && lazyFromCli.includes(edge.to ?? '') && !edge.lazy && !edge.typeOnly,
    );
    expect(eager.map((edge) => `${edge.file} imports ${edge.specifier}`)).toEqual([]);
  });

  it('keep the protocol pure', () => {
    const impure = edges.filter((edge) => edge.from === 'protocol' && edge.local === undefined);
    expect(impure.map((edge) => `${edge.file} imports ${edge.specifier}`)).toEqual([]);
  });

  it('keep each wrapped library behind one file a side', () => {
    const elsewhere = edges.filter(
      (edge) => Object.hasOwn(wrapped, edge.specifier) && !wrapped[edge.specifier]?.includes(edge.file),
    );
    expect(elsewhere.map((edge) => `${edge.file} imports ${edge.specifier}`)).toEqual([]);
  });
});
