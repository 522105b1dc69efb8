/** Our own relay with one room, for the client to speak to. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRelayHttp, type RelayHttp } from '../../src/client/http.ts';
import { createRelayClient } from '../../src/client/relay-client.ts';
import type { RelayClient, RelayClientEvents } from '../../src/client/types.ts';
import type { ExtensionName } from '../../src/protocol/extensions.ts';
import type { RelayOptions } from '../../src/server/relay-options.ts';
import { type Relay, startRelay } from '../../src/server/start-relay.ts';
import { createInbox, type Inbox } from './inbox.ts';

export interface OwnRoom {
  readonly relay: Relay;
  readonly authKey: string;
  readonly http: RelayHttp;
  /** A client of this name that is authenticated. */
  connect(sender: string, extensions?: readonly ExtensionName[]): Promise<RelayClient>;
  /** Ends the relay and starts it again at the same address on the same data. */
  restart(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startOwnRoom(options: Pick<RelayOptions, 'userLimits'> = {}): Promise<OwnRoom> {
  const dataDir = mkdtempSync(join(tmpdir(), 'relay-client-'));
  const common = { ...options, dataDir, logLevel: 'silent' };
  let relay = await startRelay({ ...common, port: 0 });
  const { url } = relay;
  const authKey = relay.bootstrap?.authKey ?? '';
  const http = createRelayHttp({ url, key: authKey });
  return {
    get relay() {
      return relay;
    },
    authKey,
    http,
    async connect(sender, extensions) {
      const client = createRelayClient({ url, credentials: { authKey, sender }, extensions });
      await client.ready();
      return client;
    },
    async restart() {
      await relay.close();
      relay = await startRelay({ ...common, port: Number(new URL(url).port) });
    },
    async [Symbol.asyncDispose]() {
      await http.close();
      await relay.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The events of one name, one after another. */
export function inboxOf<Name extends keyof RelayClientEvents>(
  client: RelayClient,
  name: Name,
): Inbox<RelayClientEvents[Name]> {
  const inbox = createInbox<RelayClientEvents[Name]>();
  client.on(name, inbox.put);
  return inbox;
}
