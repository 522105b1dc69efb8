import { createRelayHttp, type RelayHttp } from '../../client/http.ts';
import { createRelayClient } from '../../client/relay-client.ts';
import type { ConnectionState, RelayClient } from '../../client/types.ts';
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
  /** Whether an id is that of a command that is over in a moment: nobody's device. */
  readonly isOneShot: (id: string) => boolean;
}

/** One connection to a relay: messages, presence, round trips. */
export interface Session {
  readonly http: RelayHttp;
  send(seq: number, target: string, json: string): void;
  /** Asks for copies of what passes in the room, or no more. */
  tap(isOn: boolean): Promise<void>;
  /** Asks the relay again who is known and what waits. */
  refresh(): void;
  /** Ends the connection at once; what is asked over HTTP goes on until `answered`, where that is given. */
  close(answered?: Promise<void>): Promise<void>;
}

function openClient({ url, authKey, sender, ca }: CommanderConnection): RelayClient {
  return createRelayClient({
    url,
    credentials: { authKey, sender },
    extensions: ['receipts', 'ttl', 'age', 'presence', 'from', 'tap'],
    mode: 'interactive',
    ca,
  });
}

/** Asks who is there and what waits, and tells it: of everybody but this commander and passing commands. */
function startPolling(client: RelayClient, http: RelayHttp, ports: SessionPorts, isOther: (id: string) => boolean) {
  return createPresencePoller(http, {
    knownIds: ports.knownIds,
    isPushed: () => client.session?.extensions.presence === true,
    onDevices: (devices, isComplete) =>
      ports.tell({ type: 'devices-polled', devices: devices.filter(({ id }) => isOther(id)), isComplete }),
    onFailure: (reason) => ports.tell({ type: 'poll-failed', reason }),
  });
}

/** Sends a message and tells what becomes of it; both promises are those of the client. */
function sendTold(client: RelayClient, sent: { seq: number; target: string; json: string }, ports: SessionPorts) {
  const { seq, target, json } = sent;
  const { accepted, final } = client.sendTracked(target, json);
  void accepted.then((fate) => ports.tell({ type: 'send-told', seq, fate }));
  void final.then((fate) => ports.tell({ type: 'send-told', seq, fate }));
  return { accepted, final };
}

function tellRoundTrip(client: RelayClient, ports: SessionPorts): void {
  if (client.state.phase !== 'authenticated') return;
  // A ping that gets no answer ends the connection, which tells by itself.
  client.ping().then(
    (roundTripMs) => ports.tell({ type: 'round-trip', roundTripMs }),
    () => undefined,
  );
}

/**
 * Connects, with every extension that the relay has: without them presence is polled, and messages are `sent` and no more is
 * known. Given up credentials are said and not tried again: somebody sits here.
 */
export function startSession(connection: CommanderConnection, ports: SessionPorts): Session {
  const { url, authKey, sender, ca } = connection;
  const http = createRelayHttp({ url, key: authKey, ca });
  const client = openClient(connection);
  const isOther = (id: string): boolean => id !== sender && !ports.isOneShot(id);
  const poller = startPolling(client, http, ports, isOther);

  const measure = (): void => tellRoundTrip(client, ports);

  function follow(state: ConnectionState): void {
    const isUp = state.phase === 'authenticated';
    ports.tell({ type: 'connection-changed', connection: state, session: isUp ? client.session : undefined });
    ports.onState(state);
    if (!isUp) {
      poller.stop();
      return;
    }
    poller.start();
    measure();
    // Refused or lost again: then presence is polled, or the next connection asks.
    if (client.session?.extensions.presence === true) client.watchPresence().catch(() => undefined);
  }

  client.on('state', follow);
  client.on('message', (message) => ports.tell({ type: 'received', messages: [message] }));
  client.on('tap', (message) => ports.tell({ type: 'tapped', messages: [message] }));
  client.on('refused', (error) => ports.tell({ type: 'refused', error }));
  client.on('presence', (told) => {
    const devices = Object.fromEntries(Object.entries(told).filter(([id]) => isOther(id)));
    ports.tell({ type: 'presence-pushed', devices });
    // When it was seen last, and what waits for it, stands in the list alone.
    poller.askSoon();
  });
  ports.tell({ type: 'connection-changed', connection: client.state, session: undefined });
  const timer = setInterval(measure, roundTripIntervalMs);

  return {
    http,
    send(seq, target, json) {
      const { accepted, final } = sendTold(client, { seq, target, json }, ports);
      void accepted.then(async ({ status }) => {
        if (status !== 'queued') return;
        poller.askSoon();
        // Delivered, expired or cancelled: one less waits.
        await final;
        poller.askSoon();
      });
    },
    tap: (isOn) => (isOn ? client.tap() : client.untap()),
    refresh: poller.askSoon,
    async close(answered) {
      clearInterval(timer);
      poller.stop();
      const closeHttp = async (): Promise<void> => {
        await answered;
        await http.close();
      };
      await Promise.all([client.close(), closeHttp()]);
    },
  };
}
