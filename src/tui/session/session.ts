import { createRelayHttp } from '../../client/http.ts';
import { createRelayClient } from '../../client/relay-client.ts';
import type { ConnectionState } from '../../client/types.ts';
import type { CommanderConnection } from '../ports.ts';
import type { Action } from '../state/action.ts';
import { createPresencePoller } from './presence-poller.ts';

const roundTripIntervalMs = 10_000;

/** What a session tells, and what it asks. */
export interface SessionPorts {
  /** Takes what happened; several at a time may be shown together. */
  readonly tell: (action: Action) => void;
  readonly onState: (state: ConnectionState) => void;
  /** Client ids that were heard of. */
  readonly knownIds: () => readonly string[];
}

/** One connection to a relay: messages, presence, round trips. */
export interface Session {
  send(seq: number, target: string, json: string): void;
  close(): Promise<void>;
}

/** Connects. Given up credentials are said and not tried again: somebody sits here. */
export function startSession(connection: CommanderConnection, ports: SessionPorts): Session {
  const { url, authKey, sender } = connection;
  const ca = connection.ca === undefined ? {} : { ca: connection.ca };
  const http = createRelayHttp({ url, key: authKey, ...ca });
  const client = createRelayClient({ url, credentials: { authKey, sender }, mode: 'interactive', ...ca });

  const poller = createPresencePoller(http, {
    knownIds: ports.knownIds,
    onDevices: (devices, isComplete) =>
      ports.tell({ type: 'devices-polled', devices: devices.filter(({ id }) => id !== sender), isComplete }),
    onFailure: (reason) => ports.tell({ type: 'poll-failed', reason }),
  });

  function measure(): void {
    if (client.state.phase !== 'authenticated') return;
    // A ping that gets no answer ends the connection, which tells by itself.
    client.ping().then(
      (roundTripMs) => ports.tell({ type: 'round-trip', roundTripMs }),
      () => undefined,
    );
  }

  function follow(state: ConnectionState): void {
    if (state.phase === 'authenticated') {
      poller.start();
      measure();
    } else {
      poller.stop();
    }
    ports.tell({ type: 'connection-changed', connection: state });
    ports.onState(state);
  }

  client.on('state', follow);
  client.on('message', (message) => ports.tell({ type: 'received', messages: [message] }));
  client.on('refused', (error) => ports.tell({ type: 'refused', error }));
  ports.tell({ type: 'connection-changed', connection: client.state });
  const timer = setInterval(measure, roundTripIntervalMs);

  return {
    send(seq, target, json) {
      client.sendText(target, json).then(
        () => ports.tell({ type: 'send-settled', seq }),
        (error: unknown) => {
          const failure = error instanceof Error ? error.message : String(error);
          ports.tell({ type: 'send-settled', seq, failure });
        },
      );
    },
    async close() {
      clearInterval(timer);
      poller.stop();
      await Promise.all([client.close(), http.close()]);
    },
  };
}
