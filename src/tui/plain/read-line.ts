/** What a line means that somebody types where there is no screen. */
import type { Command } from '../commands/command-name.ts';
import type { Action } from '../state/action.ts';
import { placeOf } from '../state/place.ts';
import type { CommanderState } from '../state/state.ts';
import { formatTime } from '../text/format.ts';
import { toVisible } from '../text/visible.ts';
import { deviceLine, entryLine } from './announce.ts';

/** What is to happen, and what is to be said at once. */
export interface LineMeaning {
  readonly actions: readonly Action[];
  readonly say: readonly string[];
}

function act(...commands: readonly Command[]): LineMeaning {
  return { actions: commands.map((command) => ({ type: 'command', command })), say: [] };
}

function say(...lines: readonly string[]): LineMeaning {
  return { actions: [], say: lines };
}

interface Word {
  readonly help: string;
  readonly run: (state: CommanderState, rest: string) => LineMeaning;
}

const lastDefault = 10;

/** The words that begin with a colon. */
const words: Readonly<Record<string, Word>> = {
  devices: {
    help: 'who is there',
    run: ({ devices }) => say(...(devices.all.length === 0 ? ['No device is known.'] : devices.all.map(deviceLine))),
  },
  last: {
    help: 'the last messages, ten or as many as you say',
    run: ({ messages }, rest) => {
      const count = /^\d{1,4}$/.test(rest) ? Number(rest) : lastDefault;
      const lines = messages.log.entries.slice(-count).map(entryLine);
      return say(...(lines.length === 0 ? ['Nothing has come or gone yet.'] : lines));
    },
  },
  errors: {
    help: 'what went wrong',
    run: ({ problems }) => {
      const lines = problems
        .slice(-lastDefault)
        .map(({ atMs, text }) => `${formatTime(atMs, false)} ${toVisible(text)}`);
      return say(...(lines.length === 0 ? ['Nothing so far.'] : lines));
    },
  },
  add: {
    help: 'add a device: :add mouse_pi',
    run: (_state, rest) => ({
      actions: [
        { type: 'command', command: 'add-device' },
        { type: 'pasted', text: rest },
        { type: 'command', command: 'prompt-submit' },
      ],
      say: [],
    }),
  },
  tap: { help: 'what others say, too, or no more', run: () => act('toggle-tap') },
  save: { help: 'save the messages in a file', run: () => act('save') },
  reconnect: { help: 'connect again', run: () => act('reconnect') },
  quit: { help: 'quit', run: () => act('quit') },
};

function help(): LineMeaning {
  return say(
    'A command is a line: @name {"cmd":"status"}, or @name cmd=status. Several names, and * in a name, ask first.',
    ...Object.entries(words).map(([word, { help: about }]) => `:${word}  ${about}`),
  );
}

function readWord(state: CommanderState, line: string): LineMeaning {
  const [, name = '', rest = ''] = /^:(\S*)\s*(.*)$/s.exec(line) ?? [];
  if (name === 'help' || name === '') return help();
  const word = Object.hasOwn(words, name) ? words[name] : undefined;
  return word === undefined ? say(`:${name} means nothing here; :help says what does.`) : word.run(state, rest.trim());
}

const answers: Readonly<Record<string, Command>> = { y: 'confirm', n: 'close-overlay' };
const quitAnswers: Readonly<Record<string, Command>> = { k: 'quit-and-keep', s: 'exit', n: 'close-overlay' };

function readAnswer(line: string, meanings: Readonly<Record<string, Command>>): LineMeaning {
  const command = Object.hasOwn(meanings, line) ? meanings[line] : undefined;
  return command === undefined ? say(`Answer ${Object.keys(meanings).join(' or ')}.`) : act(command);
}

export function readLine(state: CommanderState, typed: string): LineMeaning {
  const line = typed.trim();
  const place = placeOf(state);
  if (place === 'confirm-quit') return readAnswer(line, quitAnswers);
  if (place === 'confirm-send') return readAnswer(line, answers);
  if (line.startsWith(':')) return readWord(state, line);
  if (line === 'help' || Object.hasOwn(words, line)) return say(`Did you mean :${line}? Words begin with a colon.`);
  if (place === 'first-run') return line === '' ? act('choose') : say('Enter starts a relay here; :quit leaves.');
  if (state.screen.name !== 'main') return say();
  if (line === '') return state.composer.buffer.text === '' ? say() : act('send');
  return { actions: [{ type: 'edited', text: line }, ...act('send').actions], say: [] };
}
