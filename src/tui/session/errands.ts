/** What is done with files and the terminal: each tells how it went, and none of them rejects. */
import type { LogEntry } from '../model/log-entry.ts';
import type { CommanderPorts } from '../ports.ts';
import type { Effect } from '../state/step.ts';
import type { Store } from '../store.ts';
import type { TerminalControl } from '../terminal.ts';
import { countOf } from '../text/format.ts';
import { messageOf } from './jobs.ts';
import { writeNewFile } from './new-file.ts';
import { saveLog } from './save-log.ts';

export interface Errands {
  save(entries: readonly LogEntry[]): Promise<void>;
  saveWorker(worker: string): Promise<void>;
  edit(text: string): Promise<void>;
  remember(command: string): Promise<void>;
  loadHistory(): Promise<void>;
  listSnippets(): Promise<void>;
  saveSnippet(effect: Extract<Effect, { effect: 'save-snippet' }>): Promise<void>;
  listProfiles(): Promise<void>;
}

export function createErrands(store: Store, ports: CommanderPorts, terminal: TerminalControl): Errands {
  const say = (tone: 'good' | 'bad', text: string): void => store.dispatch({ type: 'told', tone, text });

  async function trying(what: string, errand: () => Promise<void> | void): Promise<void> {
    try {
      await errand();
    } catch (error) {
      say('bad', `${what}: ${messageOf(error)}`);
    }
  }

  return {
    save: (entries) =>
      trying('Not saved', async () => {
        const path = await saveLog(entries, Date.now());
        say('good', `${countOf(entries.length, 'message')} saved in ${path}`);
      }),
    saveWorker: (worker) =>
      trying('Not saved', async () => {
        const path = await writeNewFile({ folder: '.', name: 'worker', extension: '.py', content: worker });
        say('good', `The worker is saved in ${path}`);
      }),
    edit: (text) =>
      trying('Not edited', async () => {
        const edited = await terminal.edit(text);
        if (edited === text) say('good', 'The command is as it was.');
        else store.dispatch({ type: 'edited', text: edited });
      }),
    remember: (command) => trying('The history is not kept', () => ports.history.add(command)),
    loadHistory: () =>
      trying('The history of earlier sessions', async () => {
        store.dispatch({ type: 'history-loaded', commands: await ports.history.load() });
      }),
    listSnippets: () =>
      trying('Saved commands', () => store.dispatch({ type: 'snippets-listed', snippets: ports.snippets() })),
    async saveSnippet({ name, snippet }) {
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
