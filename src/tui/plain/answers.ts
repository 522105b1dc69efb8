/** What a line means as the answer to a question. */
import type { Command } from '../commands/command-name.ts';
import type { Place } from '../keys/keymap.ts';
import { fieldsOf } from '../state/connect-form.ts';
import type { CommanderState } from '../state/state.ts';
import { askedNow } from './asked.ts';
import { act, inTurn, type LineMeaning, say, times, write } from './meaning.ts';

type OneKey = Readonly<Record<string, Command>>;

const yesOrNo: OneKey = { y: 'confirm', n: 'close-overlay' };

const keyAnswers: Readonly<Partial<Record<Place, OneKey>>> = {
  'confirm-quit': { k: 'quit-and-keep', s: 'exit', n: 'close-overlay' },
  'confirm-send': yesOrNo,
  'confirm-removal': yesOrNo,
  'confirm-rotation': yesOrNo,
};

function readKey(line: string, meanings: OneKey): LineMeaning {
  const command = Object.hasOwn(meanings, line) ? meanings[line] : undefined;
  if (command === undefined) return say(`Answer ${Object.keys(meanings).join(' or ')}.`);
  return command === 'close-overlay' ? inTurn(act(command), say('Nothing was done.')) : act(command);
}

function readChoice({ overlay }: CommanderState, line: string): LineMeaning {
  const items = overlay?.kind === 'menu' ? overlay.menu.items : [];
  const named = items.findIndex(({ label }) => label === line);
  const index = named >= 0 ? named : Number(/^\d{1,4}$/.test(line) ? line : Number.NaN) - 1;
  if (items[index] === undefined)
    return say(`Choose a number from 1 to ${items.length}, or a name; :no chooses nothing.`);
  return inTurn(act('clear'), times(index, 'menu-next'), act('menu-choose'));
}

function readFormLine(state: CommanderState, line: string): LineMeaning {
  if (state.screen.name !== 'connect-form') return say();
  const { aim, field, url } = state.screen.form;
  const fields = fieldsOf(aim);
  if (line === ':no') return inTurn(act('form-back'), aim.for === 'first-relay' ? say() : say('Nothing was done.'));
  if (line === ':address' && fields.includes('url')) {
    return field === 'url' ? say(...askedNow(state)) : times(fields.indexOf(field), 'form-previous');
  }
  if (field === 'url' && line === '') return url.text === '' ? say(...askedNow(state)) : act('form-submit');
  return inTurn(write(line), act('form-submit'));
}

function readFirstRun({ screen }: CommanderState, line: string): LineMeaning {
  const chosen = screen.name === 'first-run' ? screen.choice : 'start';
  if (line === '') return chosen === 'start' ? act('choose') : act('choose-other', 'choose');
  if (line === ':connect') return chosen === 'connect' ? act('choose') : act('choose-other', 'choose');
  return say('Enter starts a relay here; :connect connects to one elsewhere; :quit leaves.');
}

/** The token that was just said: what is done with it, or undefined for any other line. */
function readAboutToken(line: string): LineMeaning | undefined {
  if (line === ':worker') return act('save-worker');
  if (line === ':copy') return act('copy-token');
  return line === '' ? act('close-overlay') : undefined;
}

/** A line where something is asked; undefined where it means what it means everywhere. */
export function readAnswer(state: CommanderState, place: Place, typed: string): LineMeaning | undefined {
  const line = typed.trim();
  const keys = keyAnswers[place];
  if (keys !== undefined) return readKey(line === ':no' ? 'n' : line, keys);
  switch (place) {
    case 'menu':
      return line === ':no' ? act('close-overlay') : readChoice(state, line);
    case 'prompt':
      return line === ':no' ? act('close-overlay') : inTurn(write(typed), act('prompt-submit'));
    case 'connect-form':
      return readFormLine(state, line);
    case 'first-run':
      return readFirstRun(state, line);
    case 'busy':
      return say('It is being done; :quit leaves.');
    case 'connecting':
      return line === ':no' ? act('form-back') : say('It is being done; :no gives up, :quit leaves.');
    case 'new-device':
      return readAboutToken(line);
    default:
      return undefined;
  }
}
