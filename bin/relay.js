#!/usr/bin/env node
// Checks the runtime and hands over to the bundle. The syntax here is old on purpose: an old Node must get as far as the sentence.
import module from 'node:module';

const required = [24, 15];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < required[0] || (major === required[0] && minor < required[1])) {
  process.stderr.write(
    'softlab-relay needs Node ' +
      required.join('.') +
      ' or newer and this is ' +
      process.versions.node +
      ': install a current Node. In a checkout, "npm ci" brings one along that "npm start" and "npx relay" find.\n',
  );
  process.exit(1);
} else {
  module.enableCompileCache();
  import('../dist/main.js').catch((error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND' || !String(error.message).includes('dist')) throw error;
    process.stderr.write('This checkout is not built yet: run "npm run build" (npm start does it by itself).\n');
    process.exit(1);
  });
}
