// Whether this checkout can be built. Plain JavaScript without imports of packages: it runs before anything is installed, on whatever Node is there.
import { existsSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
const [major, minor] = process.versions.node.split('.').map(Number);
const isNewEnough = major > 24 || (major === 24 && minor >= 15);

function read(path) {
  return JSON.parse(readFileSync(new URL(path, root), 'utf8'));
}

/** What npm wrote down of the last install, by folder; nothing where there was none. */
function readInstalled() {
  return existsSync(new URL('node_modules/.package-lock.json', root))
    ? read('node_modules/.package-lock.json').packages
    : {};
}

/** The first dependency that is not there in the version that package.json names: never installed, or changed since then. */
function findMissing() {
  const wanted = read('package.json').devDependencies;
  const installed = readInstalled();
  return Object.keys(wanted).find(function isOther(name) {
    const found = installed[`node_modules/${name}`];
    return found === undefined || found.version !== wanted[name];
  });
}

const missing = findMissing();
if (missing !== undefined || !isNewEnough) {
  const what = missing === undefined ? 'Node 24.15 or newer' : missing;
  process.stderr.write(
    'This checkout is not installed, or not as package.json now says (' +
      what +
      ' is missing): run "npm ci" first; it also brings the Node that is needed.\n',
  );
  process.exit(1);
}
