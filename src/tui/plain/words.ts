/** The words that begin with a colon, where nothing is asked. */
import { parseCommandText } from '../model/command-text.ts';
import type { CommanderState } from '../state/state.ts';
import { formatTime } from '../text/format.ts';
import { toVisible, toVisibleName } from '../text/visible.ts';
import { deviceLine, entryLine, wholeEntryLines } from './lines.ts';
import { act, inTurn, type LineMeaning, say, times, write } from './meaning.ts';

export interface Word {
  /** What stands behind it, as the help writes it. */
  readonly takes?: string;
  readonly help: string;
  /** It goes on with the command that is ready; others drop it. */
  readonly keepsDraft?: true;
  readonly run: (state: CommanderState, rest: string) => LineMeaning;
}

const countDefault = 10;
/** Commands start from the lists, whatever is open. */
const closed = act('close-overlay');

function readCount(rest: string, otherwise: number): number {
  return /^\d{1,5}$/.test(rest) ? Number(rest) : otherwise;
}

function listed(lines: readonly string[], none: string): LineMeaning {
  return say(...(lines.length === 0 ? [none] : lines));
}

/** The client id that a name stands for: as it is, else as commands write it, else as it is said. */
function idNamed({ devices }: CommanderState, name: string): string | undefined {
  const ids = devices.all.map(({ id }) => id);
  const written = name.startsWith('@') ? parseCommandText(name).names[0]?.name : undefined;
  return (
    [name, written].find((id) => id !== undefined && ids.includes(id)) ?? ids.find((id) => toVisibleName(id) === name)
  );
}

/** Does something with the device that is named, or without a name with the one that was looked at last. */
function withDevice(state: CommanderState, rest: string, then: LineMeaning): LineMeaning {
  if (rest === '') {
    return state.overlay?.kind === 'device-sheet'
      ? then
      : say('Which one? Write its name behind it; :devices lists all.');
  }
  const id = idNamed(state, rest);
  if (id === undefined) return say(`${toVisible(rest)} is not known here; :devices lists all.`);
  return inTurn(closed, { actions: [{ type: 'device-picked', id }], say: [] }, then);
}

/** Puts the cursor on a waiting message by its number, and asks whether it is to be cancelled. */
function cancel({ overlay }: CommanderState, rest: string): LineMeaning {
  if (overlay?.kind !== 'device-sheet') return say('Look at a device first: :look NAME says what waits for it.');
  if (rest === '') return say('Which one? Write its number behind it: :cancel 7');
  const messages = overlay.sheet.queue?.messages ?? [];
  const index = messages.findIndex(({ seq }) => String(seq) === rest);
  if (index < 0)
    return say(
      messages.length === 0 ? 'Nothing waits for it.' : `No waiting message has the number ${toVisible(rest)}.`,
    );
  return inTurn(act('first-row'), times(index, 'row-down'), act('cancel-queued'));
}

function purge({ overlay }: CommanderState): LineMeaning {
  if (overlay?.kind === 'device-sheet') return act('purge-queue');
  return say('Look at a device first: :look NAME says what waits for it.');
}

/** Brings back an earlier command, ready to be sent: the last one, or the one so many before. */
function again(state: CommanderState, rest: string): LineMeaning {
  const back = Math.max(1, readCount(rest, 1));
  const text = state.composer.history.at(-back);
  if (text === undefined) return say('There is no earlier command.');
  return inTurn(closed, act('focus-composer', 'clear'), times(back, 'history-older'));
}

function filter({ messages }: CommanderState, rest: string): LineMeaning {
  if (rest !== '') {
    const asked = inTurn(closed, act('focus-messages', 'open-filter'), write(rest), act('keep-filter'));
    return inTurn(
      asked,
      say(`Of the messages, only those that fit ${toVisible(rest)} are said; :filter says all again.`),
    );
  }
  const words =
    messages.log.filterText === '' ? 'There is no filter: every message is said.' : 'Every message is said again.';
  return inTurn(closed, act('focus-messages', 'drop-filter'), say(words));
}

const reading: Readonly<Record<string, Word>> = {
  devices: {
    takes: '[TEXT]',
    help: 'who is there, or whose name has this in it',
    run: ({ devices }, rest) => {
      const wanted = rest.toLowerCase();
      const found = devices.all.filter(({ id }) => toVisibleName(id).toLowerCase().includes(wanted));
      return listed(found.map(deviceLine), rest === '' ? 'No device is known.' : 'No name has that in it.');
    },
  },
  look: {
    takes: 'NAME',
    help: 'what is known of a device and what waits for it',
    run: (state, rest) => withDevice(state, rest, act('open-device')),
  },
  last: {
    takes: '[COUNT]',
    help: 'the last messages, ten or so many',
    run: ({ messages }, rest) =>
      listed(
        messages.log.matches.slice(-readCount(rest, countDefault)).map(entryLine),
        'Nothing has come or gone yet.',
      ),
  },
  read: {
    takes: '[N]',
    help: 'all of the last message, or of the Nth from the end',
    run: ({ messages }, rest) => {
      const entry = messages.log.matches.at(-Math.max(1, readCount(rest, 1)));
      return entry === undefined ? say('There is no such message.') : say(...wholeEntryLines(entry));
    },
  },
  filter: { takes: '[EXPR]', help: 'say the messages alone that fit: text, from=NAME, field=value', run: filter },
  errors: {
    help: 'what went wrong',
    run: ({ problems }) =>
      listed(
        problems.slice(-countDefault).map(({ atMs, text }) => `${formatTime(atMs, false)} ${toVisible(text)}`),
        'Nothing so far.',
      ),
  },
  save: { help: 'save the messages in a file', run: () => inTurn(closed, act('save')) },
};

const commanding: Readonly<Record<string, Word>> = {
  again: {
    takes: '[N]',
    help: 'the last command once more, ready for Enter, or the Nth from the end',
    keepsDraft: true,
    run: again,
  },
  edit: {
    takes: '[COMMAND]',
    help: 'write a command in $EDITOR: the one behind it, or the one that is ready; Enter sends it then',
    keepsDraft: true,
    run: (_state, text) => {
      const given: LineMeaning = { actions: text === '' ? [] : [{ type: 'edited', text }], say: [] };
      return inTurn(closed, act('focus-composer'), given, act('edit-outside'));
    },
  },
  snippets: { help: 'saved commands', run: () => inTurn(closed, act('open-snippets')) },
  keep: {
    takes: 'COMMAND',
    help: 'save a command; {{name}} in it is asked for each time',
    run: (_state, text) =>
      text === ''
        ? say('Write the command behind it: :keep @name {"cmd":"move","x":{{x}}}')
        : inTurn(closed, { actions: [{ type: 'command-kept', text }], say: [] }),
  },
};

const tending: Readonly<Record<string, Word>> = {
  add: {
    takes: '[NAME]',
    help: 'add a device',
    run: (_state, rest) =>
      inTurn(closed, act('add-device'), rest === '' ? say() : inTurn(write(rest), act('prompt-submit'))),
  },
  remove: {
    takes: 'NAME',
    help: 'remove a device and its token (asks)',
    run: (state, rest) => withDevice(state, rest, act('remove-device')),
  },
  token: {
    takes: 'NAME',
    help: 'a new token for a device (asks)',
    run: (state, rest) => withDevice(state, rest, act('rotate-token')),
  },
  cancel: { takes: 'NUMBER', help: 'cancel a waiting message of the device looked at (asks)', run: cancel },
  purge: { help: 'cancel all that waits for the device looked at (asks)', run: purge },
};

const connecting: Readonly<Record<string, Word>> = {
  profiles: { help: 'another saved connection, or a new one', run: () => inTurn(closed, act('open-profiles')) },
  connect: { help: 'one relay more: its address and a master key', run: () => inTurn(closed, act('add-relay')) },
  key: { help: 'another key for this relay', run: () => inTurn(closed, act('enter-key')) },
  tap: { help: 'what others say, too, or no more', run: () => act('toggle-tap') },
  reconnect: { help: 'connect again', run: () => act('reconnect') },
  quit: { help: 'quit', run: () => act('quit') },
};

export const words: Readonly<Record<string, Word>> = { ...reading, ...commanding, ...tending, ...connecting };

export function helpLines(): readonly string[] {
  return [
    'A command is a line: @name {"cmd":"status"}, or @name cmd=status. Several names, and * in a name, ask first.',
    ...Object.entries(words).map(([word, { takes = '', help }]) => `:${`${word} ${takes}`.trim()}  ${help}`),
    ':help  this, or what is asked',
  ];
}
