import type { ConnectionState } from '../../client/types.ts';
import type { CommanderConnection, CommanderPorts, LocalRelay } from '../ports.ts';
import type { Store } from '../store.ts';
import { type Session, startSession } from './session.ts';

/** Everything about being connected: to which relay, by which session, and the relay that runs inside. */
export interface Connector {
  /** Connects to a relay that is known, and stays with it through losses. */
  connect(connection: CommanderConnection): void;
  /** Starts a relay inside and connects to it; the first time with a command ready to be sent. */
  startLocally(isFirstRun: boolean): void;
  /** Connects with what somebody typed, and saves it when the relay has accepted it. */
  connectFirst(url: string, authKey: string): void;
  /** Connects again after a connection that was given up. */
  reconnect(): void;
  send(seq: number, target: string, json: string): void;
  /** Asks for copies of what passes in the room, or no more. */
  tap(isOn: boolean): void;
  /** Ends the session, then the relay inside. */
  close(): Promise<void>;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A command that every simulated device answers. */
function firstCommand(device: string): string {
  return `@${device} {"cmd":"status"}`;
}

function knownIdsOf(store: Store): readonly string[] {
  const { devices, composer } = store.state;
  const named = composer.command.names.map(({ name }) => name);
  return [...new Set([...devices.all.map(({ id }) => id), ...named])].filter((id) => id !== '');
}

/** Sessions one after the other: only the latest one is listened to. */
function createSessions(store: Store, { isOneShot }: CommanderPorts) {
  let session: Session | undefined;
  let connection: CommanderConnection | undefined;
  let generation = 0;

  return {
    get connection() {
      return connection;
    },
    start(to: CommanderConnection, onState: (state: ConnectionState) => void = () => undefined): void {
      void session?.close();
      connection = to;
      generation++;
      const own = generation;
      session = startSession(to, {
        tell: (action) => {
          if (own === generation) store.enqueue(action);
        },
        onState: (state) => {
          if (own === generation) onState(state);
        },
        knownIds: () => knownIdsOf(store),
        isOneShot,
      });
      // A connection that was given up has taken its tap along.
      if (store.state.relay.isTapped) void session.tap(true);
    },
    send(seq: number, target: string, json: string): void {
      session?.send(seq, target, json);
    },
    tap(isOn: boolean): void {
      session?.tap(isOn).catch((error: unknown) => {
        store.dispatch({ type: 'told', tone: 'bad', text: `The room tap: ${messageOf(error)}` });
      });
    },
    async end(): Promise<void> {
      generation++;
      const ended = session;
      session = undefined;
      await ended?.close();
    },
  };
}

export function createConnector(store: Store, ports: CommanderPorts): Connector {
  const sessions = createSessions(store, ports);
  let localRelay: LocalRelay | undefined;
  // A start that is under way when somebody quits is waited for, so that what it starts can be closed.
  let starting: Promise<void> = Promise.resolve();

  function choose({ label, url }: CommanderConnection, ownIds?: readonly string[]): void {
    const local = ownIds === undefined ? {} : { local: { ownIds } };
    store.dispatch({ type: 'relay-chosen', label, url, ...local });
  }

  async function startInside(isFirstRun: boolean): Promise<void> {
    const started = await ports.startLocalRelay((reason) => {
      store.dispatch({ type: 'told', tone: 'bad', text: `The relay here can keep nothing any more: ${reason}` });
    });
    localRelay = started;
    const { connection, simulatedDevice: device, notes } = started;
    choose(connection, device === undefined ? [] : [device]);
    let isBegun = false;
    sessions.start(connection, (state) => {
      if (state.phase !== 'authenticated' || isBegun) return;
      isBegun = true;
      const command = isFirstRun && device !== undefined ? { command: firstCommand(device) } : {};
      store.dispatch({ type: 'begun', ...command });
      if (notes.length > 0) store.dispatch({ type: 'told', tone: 'good', text: notes.join(' ') });
    });
  }

  async function save(connection: CommanderConnection): Promise<void> {
    store.dispatch({ type: 'begun' });
    try {
      const name = await ports.saveProfile(connection);
      store.dispatch({ type: 'told', tone: 'good', text: `Connected, and saved as the profile ${name}.` });
    } catch (error) {
      store.dispatch({ type: 'told', tone: 'bad', text: `Connected, but not saved: ${messageOf(error)}` });
    }
  }

  function fail(reason: string): void {
    void sessions.end();
    store.dispatch({ type: 'beginning-failed', reason });
  }

  function tryFirst(connection: CommanderConnection): void {
    let isAccepted = false;
    choose(connection);
    sessions.start(connection, (state) => {
      if (isAccepted) return;
      if (state.phase === 'waiting' || state.phase === 'closed') fail(state.ending.reason);
      if (state.phase !== 'authenticated') return;
      isAccepted = true;
      void save(connection);
    });
  }

  return {
    connect(connection) {
      choose(connection);
      sessions.start(connection);
    },
    startLocally(isFirstRun) {
      starting = startInside(isFirstRun).catch((error: unknown) => fail(messageOf(error)));
    },
    connectFirst(url, authKey) {
      try {
        tryFirst(ports.connectionTo(url, authKey));
      } catch (error) {
        fail(messageOf(error));
      }
    },
    reconnect() {
      if (sessions.connection !== undefined) sessions.start(sessions.connection);
    },
    send: sessions.send,
    tap: sessions.tap,
    async close() {
      await starting;
      await sessions.end();
      await localRelay?.close();
    },
  };
}
