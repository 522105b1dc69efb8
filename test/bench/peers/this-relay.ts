import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from './peer.ts';
import { loopback, makeTemporaryFolder, startProcess } from './server-process.ts';

const root = join(import.meta.dirname, '..', '..', '..');
/** What would measure a limit instead of the relay. */
const limitsOff = [
  'message_rate',
  'message_burst',
  'user_message_rate',
  'connections',
  'queue_messages',
  'queue_targets',
  'queue_bytes',
];

/** Started with these arguments for Node, such as `--cpu-prof`. */
export function createThisRelay(nodeArgs: readonly string[]): Peer {
  return {
    name: 'this',
    about: `this relay, the built command with ${limitsOff.join(', ')} unlimited`,
    whyNot: () => (existsSync(join(root, 'dist', 'main.js')) ? undefined : 'it is not built: run "npm run bundle"'),
    async start() {
      const folder = makeTemporaryFolder();
      const limits = limitsOff.flatMap((name) => ['--limit', `${name}=unlimited`]);
      const command = [
        join(root, 'bin', 'relay.js'),
        'serve',
        '--json',
        '--port',
        '0',
        '--data',
        join(folder.path, 'data'),
      ];
      const server = startProcess(process.execPath, [...nodeArgs, ...command, ...limits]);
      let authKey = '';
      let adminKey = '';
      const port = await server.waitForLine((line) => {
        const event = JSON.parse(line);
        if (event.event === 'bootstrap') ({ auth_key: authKey, admin_key: adminKey } = event);
        return event.event === 'listening' ? Number(new URL(event.http).port) : undefined;
      });
      return {
        peerName: this.name,
        host: loopback,
        port,
        pid: server.pid,
        isAlive: server.isAlive,
        wire: { name: 'relay', authKey },
        adminKey,
        async [Symbol.asyncDispose]() {
          await server[Symbol.asyncDispose]();
          folder[Symbol.dispose]();
        },
      };
    },
  };
}
