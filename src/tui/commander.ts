import { performEffect } from './perform-effect.ts';
import type { Beginning, CommanderPorts } from './ports.ts';
import { createConnector } from './session/connector.ts';
import { createErrands } from './session/errands.ts';
import type { CommanderState } from './state/state.ts';
import { createStore, type Store } from './store.ts';
import type { TerminalControl } from './terminal.ts';

/** The commander without its face: what happens goes into the store, what the store asks for is done. */
export interface Commander {
  readonly store: Store;
  begin(beginning: Beginning): void;
  /** Resolves when somebody quits, here or by `leave`. */
  readonly left: Promise<void>;
  leave(): void;
  /** Ends the connection and the relay inside, or lets that go on where somebody wanted it. */
  close(): Promise<void>;
}

export interface CommanderParts {
  readonly initial: CommanderState;
  readonly ports: CommanderPorts;
  readonly terminal: TerminalControl;
}

export function createCommander({ initial, ports, terminal }: CommanderParts): Commander {
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  const store = createStore(initial, {
    now: Date.now,
    perform: (effect) => void performEffect(effect, { connector, errands, terminal, exit }),
  });
  const connector = createConnector(store, ports);
  const errands = createErrands(store, ports, terminal);
  let keepsRelay = false;

  function exit(keeps: boolean): void {
    keepsRelay = keeps;
    leave();
  }

  return {
    store,
    left,
    leave,
    begin(beginning) {
      void errands.loadHistory();
      if (beginning.kind === 'start-local') connector.startLocally(false);
      if (beginning.kind === 'connect') connector.connect(beginning.connection);
    },
    async close() {
      await connector.close(keepsRelay);
      store.close();
    },
  };
}
