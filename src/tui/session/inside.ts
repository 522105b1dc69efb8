import type { CommanderPorts, LocalRelay } from '../ports.ts';
import type { Store } from '../store.ts';
import type { Sessions } from './sessions.ts';

/** The relay that runs inside this process, if one does: it goes on while another one is looked at. */
export interface Inside {
  readonly relay: LocalRelay | undefined;
  /** Starts it and connects to it; the first time with a command ready to be sent. Rejects with a sentence. */
  start(isFirstRun: boolean): Promise<void>;
  /** Connects to it again. */
  connect(relay: LocalRelay): void;
  /** Ends it, or lets it go on as a process of its own. */
  close(keepsRunning: boolean): Promise<void>;
}

/** A command that every simulated device answers. */
function firstCommand(device: string): string {
  return `@${device} {"cmd":"status"}`;
}

export function createInside(store: Store, ports: CommanderPorts, sessions: Sessions): Inside {
  let relay: LocalRelay | undefined;

  function choose({ connection: { label, url, profile }, simulatedDevice }: LocalRelay): void {
    const ownIds = simulatedDevice === undefined ? [] : [simulatedDevice];
    store.dispatch({ type: 'relay-chosen', label, url, profile, local: { ownIds } });
  }

  function connectFirst(started: LocalRelay, isFirstRun: boolean): void {
    const { connection, simulatedDevice: device, notes } = started;
    let isBegun = false;
    choose(started);
    sessions.start(connection, (state) => {
      if (state.phase !== 'authenticated' || isBegun) return;
      isBegun = true;
      const command = isFirstRun && device !== undefined ? { command: firstCommand(device) } : {};
      store.dispatch({ type: 'begun', ...command });
      if (notes.length > 0) store.dispatch({ type: 'told', tone: 'good', text: notes.join(' ') });
    });
  }

  return {
    get relay() {
      return relay;
    },
    async start(isFirstRun) {
      relay = await ports.startLocalRelay((reason) => {
        store.dispatch({ type: 'told', tone: 'bad', text: `The relay here can keep nothing any more: ${reason}` });
      });
      connectFirst(relay, isFirstRun);
    },
    connect(started) {
      choose(started);
      sessions.start(started.connection);
    },
    async close(keepsRunning) {
      await (keepsRunning ? relay?.keepRunning() : relay?.close());
    },
  };
}
