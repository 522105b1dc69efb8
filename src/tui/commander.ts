import type { LogEntry } from './model/log-entry.ts';
import type { Beginning, CommanderPorts } from './ports.ts';
import { createConnector } from './session/connector.ts';
import { messageOf } from './session/jobs.ts';
import { writeNewFile } from './session/new-file.ts';
import { saveLog } from './session/save-log.ts';
import type { CommanderState } from './state/state.ts';
import type { Effect } from './state/step.ts';
import { createStore, type Store } from './store.ts';
import type { TerminalControl } from './terminal.ts';
import { countOf } from './text/format.ts';

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

/** What is done with files and the terminal, and told when it is done. */
function createErrands(store: Store, ports: CommanderPorts, terminal: TerminalControl) {
  const say = (tone: 'good' | 'bad', text: string): void => store.dispatch({ type: 'told', tone, text });

  async function trying(what: string, errand: () => Promise<void> | void): Promise<void> {
    try {
      await errand();
    } catch (error) {
      say('bad', `${what}: ${messageOf(error)}`);
    }
  }

  return {
    save: (entries: readonly LogEntry[]) =>
      trying('Not saved', async () => {
        const path = await saveLog(entries, Date.now());
        say('good', `${countOf(entries.length, 'message')} saved in ${path}`);
      }),
    saveWorker: (worker: string) =>
      trying('Not saved', async () => {
        const path = await writeNewFile({ folder: '.', name: 'worker', extension: '.py', content: worker });
        say('good', `The worker is saved in ${path}`);
      }),
    edit: (text: string) =>
      trying('Not edited', async () => store.dispatch({ type: 'edited', text: await terminal.edit(text) })),
    remember: (command: string) => trying('The history is not kept', () => ports.history.add(command)),
    loadHistory: () =>
      trying('The history of earlier sessions', async () => {
        store.dispatch({ type: 'history-loaded', commands: await ports.history.load() });
      }),
    listSnippets: () =>
      trying('Saved commands', () => store.dispatch({ type: 'snippets-listed', snippets: ports.snippets() })),
    async saveSnippet({ name, snippet }: Extract<Effect, { effect: 'save-snippet' }>): Promise<void> {
      try {
        if (ports.snippets().has(name)) throw new Error(`${name} is taken: choose another name`);
        await ports.saveSnippet(name, snippet);
        store.dispatch({ type: 'prompt-done', words: `Saved as ${name}: ^T has it.` });
      } catch (error) {
        store.dispatch({ type: 'prompt-refused', reason: messageOf(error) });
      }
    },
    listProfiles: () =>
      trying('Saved connections', () => store.dispatch({ type: 'profiles-listed', profiles: ports.profiles() })),
  };
}

export function createCommander({ initial, ports, terminal }: CommanderParts): Commander {
  const { promise: left, resolve: leave } = Promise.withResolvers<void>();
  const store = createStore(initial, { now: Date.now, perform });
  const connector = createConnector(store, ports);
  const errands = createErrands(store, ports, terminal);
  let keepsRelay = false;

  /** Errands and jobs tell by themselves how they went: nobody waits for them. */
  function perform(effect: Effect): Promise<void> | undefined | void {
    switch (effect.effect) {
      case 'send':
        return connector.send(effect.seq, effect.target, effect.json);
      case 'tap':
        return connector.tap(effect.isOn);
      case 'start-local-relay':
        return connector.startLocally(true);
      case 'connect':
        return connector.connectFirst(effect.url, effect.authKey);
      case 'reconnect':
        return connector.reconnect();
      case 'list-profiles':
        return errands.listProfiles();
      case 'open-profile':
        return connector.openProfile(effect.name);
      case 'list-snippets':
        return errands.listSnippets();
      case 'save-snippet':
        return errands.saveSnippet(effect);
      case 'remember':
        return errands.remember(effect.command);
      case 'add-device':
        return connector.jobs?.addDevice(effect.id);
      case 'look':
        return connector.jobs?.look(effect.id);
      case 'remove':
        return connector.jobs?.remove(effect.removal);
      case 'cancel-sent':
        return connector.jobs?.cancelSent(effect.target, effect.messageId);
      case 'copy':
        return terminal.copy(effect.text);
      case 'save':
        return errands.save(effect.entries);
      case 'save-worker':
        return errands.saveWorker(effect.worker);
      case 'edit':
        return errands.edit(effect.text);
      case 'redraw':
        return terminal.redraw();
      case 'suspend':
        return terminal.suspend();
      case 'exit':
        keepsRelay = effect.keepsRelay === true;
        return leave();
      default:
        return effect satisfies never;
    }
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
