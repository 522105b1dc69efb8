/** Clients of a fake relay with a clock turned by hand, and what they tell, one after another. */
import { createRelayClientOn } from '../../src/client/relay-client.ts';
import { socketOpener } from '../../src/client/socket.ts';
import type { ConnectionState, ReceivedMessage, RelayClient, RelayClientOptions } from '../../src/client/types.ts';
import type { ErrorMessage } from '../../src/protocol/messages.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';
import { goodKey } from './fake-relay.ts';
import { createInbox, type Inbox } from './inbox.ts';

export interface WatchedClient {
  readonly client: RelayClient;
  readonly clock: FakeClock;
  readonly states: Inbox<ConnectionState>;
  readonly messages: Inbox<ReceivedMessage>;
  readonly refusals: Inbox<ErrorMessage>;
  [Symbol.asyncDispose](): Promise<void>;
}

export const commander = { authKey: goodKey, sender: 'commander' };

/** Real sockets, a clock that stands still, and the longest waits that chance can give. */
export function watchClient(url: string, options: Partial<RelayClientOptions> = {}): WatchedClient {
  const clock = createFakeClock();
  const ports = { openSocket: socketOpener(url, options.ca), clock, random: () => 1 };
  const client = createRelayClientOn(ports, { credentials: commander, ...options });
  const states = createInbox<ConnectionState>();
  const messages = createInbox<ReceivedMessage>();
  const refusals = createInbox<ErrorMessage>();
  client.on('state', states.put);
  client.on('message', messages.put);
  client.on('refused', refusals.put);
  return { client, clock, states, messages, refusals, [Symbol.asyncDispose]: () => client.close() };
}

/** The next state, which must be of this phase. */
export async function nextPhase<Phase extends ConnectionState['phase']>(
  watched: WatchedClient,
  phase: Phase,
): Promise<Extract<ConnectionState, { phase: Phase }>> {
  const state = await watched.states.next();
  if (!isPhase(state, phase)) throw new Error(`expected ${phase}, not ${JSON.stringify(state)}`);
  return state;
}

function isPhase<Phase extends ConnectionState['phase']>(
  state: ConnectionState,
  phase: Phase,
): state is Extract<ConnectionState, { phase: Phase }> {
  return state.phase === phase;
}
