import type { LogEntry } from './model/log-entry.ts';
import type { Beginning, CommanderPorts } from './ports.ts';
import { createConnector } from './session/connector.ts';
import { saveLog } from './session/save-log.ts';
import type { CommanderState } from './state/state.ts';
import type { Effect } from './state/step.ts';
import { createStore, type Store } from './store.ts';

/** What the commander asks of the terminal besides drawing. */
export interface TerminalControl {
  /** Puts the text on the clipboard of the terminal, which may be far from this machine (OSC 52). */
  copy(text: string): void;
  redraw(): void;
  /** Gives the terminal back to the shell until `fg`. */
  suspend(): void;
}

/** The commander without its face: what happens goes into the store, what the store asks for is done. */
export interface Commander {
  readonly store: Store;
  begin(beginning: Beginning): void;
  /** Resolves when somebody quits, here or by `leave`. */
  readonly left: Promise<void>;
  leave(): void;
  /** Ends the connection and the relay inside. */
  close(): Promise<void>;
}

export interface CommanderParts {
  readonly initial: CommanderState;
  readonly ports: CommanderPorts;
  readonly terminal: TerminalControl;
}

async function save(store: Store, entries: readonly LogEntry[]): Promise<void> {
  try {
    const path = await saveLog(entries, Date.now());
    store.dispatch({ type: 'told', tone: 'good', text: `${entries.length} messages saved in ${path}` });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    store.dispatch({ type: 'told', tone: 'bad', text: `Not saved: ${reason}` });
  }
}

export function createCommander({ initial, ports, terminal }: CommanderParts): Commander {
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  const store = createStore(initial, { now: Date.now, perform });
  const connector = createConnector(store, ports);

  function perform(effect: Effect): void {
    switch (effect.effect) {
      case 'send':
        connector.send(effect.seq, effect.target, effect.json);
        break;
      case 'tap':
        connector.tap(effect.isOn);
        break;
      case 'start-local-relay':
        connector.startLocally(true);
        break;
      case 'connect':
        connector.connectFirst(effect.url, effect.authKey);
        break;
      case 'reconnect':
        connector.reconnect();
        break;
      case 'copy':
        terminal.copy(effect.text);
        break;
      case 'save':
        void save(store, effect.entries);
        break;
      case 'redraw':
        terminal.redraw();
        break;
      case 'suspend':
        terminal.suspend();
        break;
      case 'exit':
        leave();
        break;
      default:
        effect satisfies never;
    }
  }

  return {
    store,
    left,
    leave,
    begin(beginning) {
      if (beginning.kind === 'start-local') connector.startLocally(false);
      if (beginning.kind === 'connect') connector.connect(beginning.connection);
    },
    async close() {
      await connector.close();
      store.close();
    },
  };
}
