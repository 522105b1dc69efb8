/** Bundles the package into `dist`: the commands, the client library, the relay, and the worker of its store. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { buildAssets } from './assets.ts';

const root = join(import.meta.dirname, '..', '..');
const outdir = join(root, 'dist');

const entryPoints = {
  main: join(root, 'src/cli/main.ts'),
  client: join(root, 'src/client/index.ts'),
  server: join(root, 'src/server/start-relay.ts'),
  'sqlite-worker': join(root, 'src/server/store/sqlite-worker.ts'),
};

/** Some CommonJS libraries call `require` for Node's own modules; in an ES module it has to be made. */
const banner =
  "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);";

/** The licences of everything that is bundled travel with it. */
function thirdPartyLicences(inputs: Metafile['inputs']): string {
  const folders = new Set(
    Object.keys(inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  return [...folders]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
      const file = ['LICENSE', 'license', 'LICENSE.md', 'LICENSE.txt', 'LICENCE', 'License']
        .map((n) => join(root, folder, n))
        .find(existsSync);
      return `${name} ${version} (${license})\n\n${file === undefined ? '' : readFileSync(file, 'utf8').trim()}\n`;
    })
    .join(`\n${'-'.repeat(79)}\n\n`);
}

rmSync(outdir, { recursive: true, force: true });
const result = await build({
  entryPoints,
  outdir,
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  banner: { js: banner },
  define: { 'process.env.NODE_ENV': '"production"' },
  // Ink loads the developer tools of React only when DEV is set; nobody needs them here.
  alias: {
    'react-devtools-core': join(root, 'src/build/empty-module.ts'),
    'when-exit': join(root, 'src/build/when-exit.ts'),
  },
});
const assetInputs = await buildAssets(root, outdir);
writeFileSync(
  join(outdir, 'THIRD-PARTY-LICENSES.txt'),
  thirdPartyLicences({ ...result.metafile.inputs, ...assetInputs }),
);
