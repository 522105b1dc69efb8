import { parseRelayUrl } from '../../client/address.ts';
import type { ConnectionState } from '../../client/types.ts';
import type { CommanderConnection, CommanderPorts, LocalRelay } from '../ports.ts';
import type { Store } from '../store.ts';
import { createJobs, type JobPorts, type Jobs, messageOf } from './jobs.ts';
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
  /** What is asked of the HTTP side of the present relay; undefined before there is one. */
  readonly jobs: Jobs | undefined;
  /** Goes over to another saved connection; the log stays. */
  openProfile(name: string): Promise<void>;
  /** Ends the session, then the relay inside, or lets that go on as a process of its own. */
  close(keepsRelay: boolean): Promise<void>;
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
function createSessions(store: Store, { isOneShot, workerFor }: CommanderPorts) {
  let session: Session | undefined;
  let jobs: Jobs | undefined;
  let connection: CommanderConnection | undefined;
  let generation = 0;

  return {
    get connection() {
      return connection;
    },
    get jobs() {
      return jobs;
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
      const tell: JobPorts['tell'] = (action) => {
        if (own !== generation) return;
        store.dispatch(action);
        // What was asked for may have changed what is listed.
        session?.refresh();
      };
      jobs = createJobs({ http: session.http, url: parseRelayUrl(to.url).ws, workerFor, tell });
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

  /** The relay inside goes on while another one is looked at. */
  function isInside({ url }: CommanderConnection): boolean {
    return url === localRelay?.connection.url;
  }

  async function openProfile(name: string): Promise<void> {
    const beginning = await ports.openProfile(name);
    if (beginning.kind === 'connect') {
      if (localRelay !== undefined && isInside(beginning.connection)) connectInside(localRelay);
      else connectTo(beginning.connection);
    } else if (localRelay !== undefined) {
      connectInside(localRelay);
    } else {
      starting = startInside(false);
      await starting;
    }
  }

  function connectTo(connection: CommanderConnection): void {
    choose(connection);
    sessions.start(connection);
  }

  function connectInside({ connection, simulatedDevice }: LocalRelay): void {
    choose(connection, simulatedDevice === undefined ? [] : [simulatedDevice]);
    sessions.start(connection);
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
    connect: connectTo,
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
      await (keepsRelay ? localRelay?.keepRunning() : localRelay?.close());
    },
  };
}
