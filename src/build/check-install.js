// Whether this checkout can be built. Plain JavaScript in old syntax: it runs before anything is installed, on whatever Node is there.
import { existsSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
// Node and esbuild come with what package.json names; an install without its scripts leaves Node out.
const isInstalled = existsSync(new URL('../../node_modules/esbuild', import.meta.url));
const isNewEnough = major > 24 || (major === 24 && minor >= 15);

if (!isInstalled || !isNewEnough) {
  process.stderr.write(
    'This checkout is not installed yet: run "npm ci" first; it also brings the Node that is needed.\n',
  );
  process.exit(1);
}
