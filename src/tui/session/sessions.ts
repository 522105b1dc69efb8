import { parseRelayUrl } from '../../client/address.ts';
import type { ConnectionState } from '../../client/types.ts';
import type { CommanderConnection, CommanderPorts } from '../ports.ts';
import type { Store } from '../store.ts';
import { createInFlight, type InFlight } from './in-flight.ts';
import { createJobs, type JobPorts, type Jobs, messageOf } from './jobs.ts';
import { lateAnswer } from './late-answer.ts';
import { type Session, startSession } from './session.ts';

function knownIdsOf(store: Store): readonly string[] {
  const { devices, composer } = store.state;
  const named = composer.command.names.map(({ name }) => name);
  return [...new Set([...devices.all.map(({ id }) => id), ...named])].filter((id) => id !== '');
}

/** Sessions one after the other: only the latest one is listened to. */
export interface Sessions {
  /** Where the latest one goes. */
  readonly connection: CommanderConnection | undefined;
  /** What is asked of the HTTP side of its relay. */
  readonly jobs: Jobs | undefined;
  /** Ends the one before. */
  start(to: CommanderConnection, onState?: (state: ConnectionState) => void): void;
  send(seq: number, target: string, json: string): void;
  tap(isOn: boolean): void;
  /** Ends the last one, and waits for no answer any more. */
  end(): Promise<void>;
}

/** Connected again, it is the same relay that answers. */
function isSameRelay(one: CommanderConnection, other: CommanderConnection | undefined): boolean {
  return one.url === other?.url && one.label === other.label;
}

/** What is looked at may be lost: it is asked for again by itself. */
function followed(jobs: Jobs, { follow }: InFlight): Jobs {
  return {
    look: jobs.look,
    addDevice: follow(jobs.addDevice),
    removeDevice: follow(jobs.removeDevice),
    rotateToken: follow(jobs.rotateToken),
    remove: follow(jobs.remove),
    cancelSent: follow(jobs.cancelSent),
  };
}

export function createSessions(store: Store, { isOneShot, workerFor }: CommanderPorts): Sessions {
  let session: Session | undefined;
  let jobs: Jobs | undefined;
  let connection: CommanderConnection | undefined;
  let generation = 0;
  const inFlight = createInFlight();
  const { promise: isOver, resolve: finish } = Promise.withResolvers<void>();

  function jobsOf({ http }: Session, to: CommanderConnection, own: number): Jobs {
    const tell: JobPorts['tell'] = (action) => {
      const said = isSameRelay(to, connection) ? action : lateAnswer(action, to.label);
      if (said === undefined || (said.type === 'device-looked' && own !== generation)) return;
      store.dispatch(said);
      // What was asked for may have changed what is listed.
      session?.refresh();
    };
    return followed(createJobs({ http, url: parseRelayUrl(to.url).ws, workerFor, tell }), inFlight);
  }

  return {
    get connection() {
      return connection;
    },
    get jobs() {
      return jobs;
    },
    start(to: CommanderConnection, onState: (state: ConnectionState) => void = () => undefined): void {
      void session?.close(Promise.race([inFlight.answered(), isOver]));
      connection = to;
      generation++;
      const own = generation;
      session = startSession(to, {
        tell: (action) => {
          // What became of a message is told of an earlier session, too: there its end was not known yet.
          if (own === generation || action.type === 'send-told') store.enqueue(action);
        },
        onState: (state) => {
          if (own === generation) onState(state);
        },
        knownIds: () => knownIdsOf(store),
        isOneShot,
      });
      jobs = jobsOf(session, to, own);
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
      const last = session;
      session = undefined;
      finish();
      await last?.close();
    },
  };
}
