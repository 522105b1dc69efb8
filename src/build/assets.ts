/** What a relay serves to browsers and scripts, as the build puts it into `dist/assets`. */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Makes the folder of the assets inside the output of the build. */
export function buildAssets(root: string, outdir: string): void {
  const assets = join(outdir, 'assets');
  mkdirSync(assets, { recursive: true });
  cpSync(join(root, 'src/sdk/python/relay_client.py'), join(assets, 'relay_client.py'));
}
