/** What a relay serves to browsers and scripts, as the build puts it into `dist/assets`. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { docsPages } from '../web/docs/pages.ts';
import { renderPage } from '../web/docs/render-page.ts';

/** Makes the folder of the assets inside the output of the build; resolves with what went into it, for the licences. */
export async function buildAssets(root: string, outdir: string): Promise<Metafile['inputs']> {
  const assets = join(outdir, 'assets');
  mkdirSync(assets, { recursive: true });
  cpSync(join(root, 'src/sdk/python/relay_client.py'), join(assets, 'relay_client.py'));
  cpSync(join(root, 'src/web/icon.svg'), join(assets, 'icon.svg'));
  cpSync(join(root, 'src/web/app/index.html'), join(assets, 'dashboard.html'));
  writeDocs(root, assets);
  return await bundleForBrowsers(root, assets);
}

function writeDocs(root: string, assets: string): void {
  const readExample = (name: string) => readFileSync(join(root, 'src/sdk/examples', name), 'utf8');
  const readPythonClient = () => readFileSync(join(root, 'src/sdk/python/relay_client.py'), 'utf8');
  for (const page of docsPages) {
    const markdown = readFileSync(join(root, 'src/web/docs', page.source), 'utf8');
    writeFileSync(join(assets, page.asset), renderPage(page, markdown, { readExample, readPythonClient }));
  }
}

async function bundleForBrowsers(root: string, assets: string): Promise<Metafile['inputs']> {
  const result = await build({
    entryPoints: {
      dashboard: join(root, 'src/web/app/main.tsx'),
      'dashboard-style': join(root, 'src/web/app/dashboard.css'),
      docs: join(root, 'src/web/docs/docs.ts'),
      'docs-style': join(root, 'src/web/docs/docs.css'),
    },
    outdir: assets,
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    jsx: 'automatic',
    target: ['es2022', 'chrome109', 'firefox115', 'safari16'],
    minify: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  return result.metafile.inputs;
}
