import type { Snippet } from '../../client/snippets.ts';
import { fillSnippet, snippetVariables } from '../../client/snippets.ts';
import { keysOf } from '../keys/keymap.ts';
import { parseCommandText, writeName } from '../model/command-text.ts';
import { fillComposer } from '../model/composer.ts';
import { chosenItem, createMenu, editMenu, type Menu, type MenuItem, moveInMenu } from '../model/menu.ts';
import type { TextBuffer } from '../model/text-buffer.ts';
import type { MenuChoice } from '../state/overlay.ts';
import { focusPane } from '../state/place.ts';
import type { CommanderState } from '../state/state.ts';
import { notify, type Step, step } from '../state/step.ts';
import type { Command } from './command-name.ts';
import type { CommandHandler, Handlers } from './handler.ts';
import { ask } from './prompting.ts';

type Item = MenuItem<MenuChoice>;

function openMenu(state: CommanderState, title: string, items: readonly Item[]): Step {
  return step({ ...state, overlay: { kind: 'menu', menu: createMenu(title, items) } });
}

function withMenu(state: CommanderState, change: (menu: Menu<MenuChoice>) => Menu<MenuChoice>): CommanderState {
  const { overlay } = state;
  return overlay?.kind === 'menu' ? { ...state, overlay: { ...overlay, menu: change(overlay.menu) } } : state;
}

export function editMenuText(state: CommanderState, edit: (buffer: TextBuffer) => TextBuffer): CommanderState {
  return withMenu(state, (menu) => editMenu(menu, edit));
}

/** Keys that move the cursor are quicker than their names; the palette itself is open. */
const notInPalette: readonly Command[] = [
  'row-down',
  'row-up',
  'page-down',
  'page-up',
  'first-row',
  'last-row',
  'begin-command',
  'open-palette',
];

/** Every command of both lists, once, with its key. */
function paletteItems(state: CommanderState): readonly Item[] {
  const bindings = [...keysOf(state.list), ...keysOf(state.list === 'devices' ? 'messages' : 'devices')];
  const items = new Map<Command, Item>();
  for (const { command, help, label } of bindings) {
    if (notInPalette.includes(command) || items.has(command)) continue;
    items.set(command, { label: help, about: label, choice: { choose: 'command', command } });
  }
  // They have keys of their own elsewhere, or none.
  const others = [
    ['saved commands', 'open-snippets'],
    ['add a relay', 'add-relay'],
  ] as const;
  return [
    ...items.values(),
    ...others.map(([label, command]): Item => ({ label, about: '', choice: { choose: 'command', command } })),
  ];
}

/** The menu of the saved commands, and a way to save the one in the composer. */
export function showSnippets(state: CommanderState, snippets: ReadonlyMap<string, Snippet>): CommanderState {
  const saved = [...snippets].map(([name, snippet]): Item => {
    const to = snippet.targets.map(writeName).join(' ');
    return { label: name, about: `${to} ${snippet.payload}`.trim(), choice: { choose: 'snippet', snippet } };
  });
  const save: Item = { label: 'save what is in the composer', about: '', choice: { choose: 'save-snippet' } };
  const hasCommand = state.composer.buffer.text !== '';
  const items = hasCommand ? [...saved, save] : saved;
  if (items.length === 0) {
    return notify(state, 'bad', 'No command is saved yet: write one, and press ^T again to save it.');
  }
  return { ...state, overlay: { kind: 'menu', menu: createMenu('Saved commands', items) } };
}

function isSameRelay(one: string, other: string): boolean {
  const bare = (url: string): string => url.replace(/(?:\/ws\/connect)?\/?$/, '');
  return bare(one) === bare(other);
}

export function showProfiles(
  state: CommanderState,
  profiles: readonly { readonly name: string; readonly url: string }[],
): CommanderState {
  // A first connection is labelled by its address until the next start.
  const hasLabel = profiles.some(({ name }) => name === state.relay.label);
  const items = profiles.map(({ name, url }): Item => {
    const isHere = hasLabel ? name === state.relay.label : isSameRelay(url, state.relay.url);
    return { label: name, about: isHere ? `${url}  (this one)` : url, choice: { choose: 'profile', name } };
  });
  const add: Item = { label: 'add a relay', about: 'its address and a master key', choice: { choose: 'add-relay' } };
  return { ...state, overlay: { kind: 'menu', menu: createMenu('Saved connections', [...items, add]) } };
}

/** Puts a saved command into the composer, or asks for the first of its variables. */
function takeSnippet(state: CommanderState, snippet: Snippet): Step {
  const variable = snippetVariables(snippet.payload)[0];
  if (variable !== undefined) {
    return step(ask(state, { about: 'snippet-value', snippet, variable, values: new Map() }));
  }
  return step(fillFromSnippet(state, snippet, snippet.payload));
}

/** Only Enter in the composer sends it. */
export function fillFromSnippet(state: CommanderState, { targets }: Snippet, json: string): CommanderState {
  const text = [...targets.map(writeName), json].join(' ');
  const closed = focusPane({ ...state, overlay: undefined }, 'composer');
  return { ...closed, composer: fillComposer(closed.composer, text) };
}

/** With any value in the place of each variable it is a message. */
function isSnippet(payload: string): boolean {
  const values = new Map(snippetVariables(payload).map((name) => [name, '0']));
  return 'json' in fillSnippet(payload, values);
}

/** Asks for the name under which a command is saved: its JSON, in which {{name}} may stand for a value, and its targets. */
export function keepCommand(state: CommanderState, text: string): Step {
  const { names, bodyStart } = parseCommandText(text);
  const payload = text.slice(bodyStart).trim();
  if (!isSnippet(payload)) {
    return step(notify({ ...state, overlay: undefined }, 'bad', 'Only a command that is JSON can be saved.'));
  }
  return step(ask(state, { about: 'snippet-name', snippet: { payload, targets: names.map(({ name }) => name) } }));
}

/** `run` runs another command by its name: the palette offers them all. */
export function menuChooser(run: (state: CommanderState, command: Command) => Step): CommandHandler {
  return (state) => {
    const choice = state.overlay?.kind === 'menu' ? chosenItem(state.overlay.menu)?.choice : undefined;
    const closed = { ...state, overlay: undefined };
    switch (choice?.choose) {
      case undefined:
        return step(state);
      case 'command':
        return run(closed, choice.command);
      case 'snippet':
        return takeSnippet(state, choice.snippet);
      case 'save-snippet':
        return keepCommand(state, state.composer.buffer.text);
      case 'profile':
        return step(closed, { effect: 'open-profile', name: choice.name });
      case 'add-relay':
        return run(closed, 'add-relay');
    }
  };
}

export const menuCommands: Handlers<
  'open-palette' | 'open-snippets' | 'open-profiles' | 'menu-next' | 'menu-previous'
> = {
  'open-palette': (state) => openMenu(state, 'Commands', paletteItems(state)),
  'open-snippets': (state) => step(state, { effect: 'list-snippets' }),
  'open-profiles': (state) => step(state, { effect: 'list-profiles' }),
  'menu-next': (state) => step(withMenu(state, (menu) => moveInMenu(menu, 1))),
  'menu-previous': (state) => step(withMenu(state, (menu) => moveInMenu(menu, -1))),
};
