import type { CommanderConnection, CommanderPorts } from '../ports.ts';
import type { Joining } from '../state/connect-form.ts';
import type { Store } from '../store.ts';
import { createInside } from './inside.ts';
import { type Jobs, messageOf } from './jobs.ts';
import { createJoiner } from './joining.ts';
import { createSessions } from './sessions.ts';

/** Everything about being connected: to which relay, by which session, and the relay that runs inside. */
export interface Connector {
  /** Connects to a relay that is known, and stays with it through losses. */
  connect(connection: CommanderConnection): void;
  /** Starts a relay inside and connects to it; the first time with a command ready to be sent. */
  startLocally(isFirstRun: boolean): void;
  /** Goes over to a relay with what somebody typed, once it takes the key. */
  join(joining: Joining): void;
  /** Nothing comes of what somebody typed. */
  giveUp(): void;
  /** Connects again after a connection that was given up. */
  reconnect(): void;
  send(seq: number, target: string, json: string): void;
  /** Asks for copies of what passes in the room, or no more. */
  tap(isOn: boolean): void;
  /** What is asked of the HTTP side of the present relay; undefined before there is one. */
  readonly jobs: Jobs | undefined;
  /** Goes over to another saved connection; the log stays. */
  openProfile(name: string): Promise<void>;
  /** Ends the session, then the relay inside, or lets that go on as a process of its own. */
  close(keepsRelay: boolean): Promise<void>;
}

export function createConnector(store: Store, ports: CommanderPorts): Connector {
  const sessions = createSessions(store, ports);
  const inside = createInside(store, ports, sessions);
  // A start that is under way when somebody quits is waited for, so that what it starts can be closed.
  let starting: Promise<void> = Promise.resolve();

  function fail(reason: string): void {
    store.dispatch({ type: 'beginning-failed', reason });
  }

  function connect(connection: CommanderConnection): void {
    const { label, url, profile } = connection;
    // With another key the relay inside is still the one inside.
    const local = url === inside.relay?.connection.url ? store.state.relayInside : undefined;
    store.dispatch({ type: 'relay-chosen', label, url, profile, local });
    sessions.start(connection);
  }

  const joiner = createJoiner({
    ports,
    present: () => sessions.connection,
    connect,
    tell: store.dispatch,
  });

  async function openProfile(name: string): Promise<void> {
    const beginning = await ports.openProfile(name);
    const { relay } = inside;
    const isElsewhere = beginning.kind === 'connect' && beginning.connection.url !== relay?.connection.url;
    if (isElsewhere) return connect(beginning.connection);
    if (relay !== undefined) return inside.connect(relay);
    starting = inside.start(false);
    await starting;
  }

  return {
    connect,
    startLocally(isFirstRun) {
      starting = inside.start(isFirstRun).catch((error: unknown) => fail(messageOf(error)));
    },
    join: (joining) => void joiner.join(joining),
    giveUp: joiner.giveUp,
    reconnect() {
      if (sessions.connection !== undefined) sessions.start(sessions.connection);
    },
    get jobs() {
      return sessions.jobs;
    },
    openProfile: (name) =>
      openProfile(name).catch((error: unknown) => {
        store.dispatch({ type: 'told', tone: 'bad', text: messageOf(error) });
      }),
    send: sessions.send,
    tap: sessions.tap,
    async close(keepsRelay) {
      await starting.catch(() => undefined);
      await sessions.end();
      await inside.close(keepsRelay);
    },
  };
}
