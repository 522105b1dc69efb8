/** What a line means that somebody types where there is no screen. */
import { isBeginning } from '../state/connect-form.ts';
import { placeOf } from '../state/place.ts';
import type { CommanderState } from '../state/state.ts';
import { toVisible } from '../text/visible.ts';
import { readAnswer } from './answers.ts';
import { askedNow } from './asked.ts';
import { act, inTurn, type LineMeaning, say } from './meaning.ts';
import { helpLines, words } from './words.ts';

/** A draft that was said to be ready is not sent by an Enter after something else: nobody remembers it then. */
function dropDraft({ composer }: CommanderState): LineMeaning {
  if (composer.buffer.text === '') return say();
  return { actions: [{ type: 'edited', text: '' }], say: ['The command that was ready is dropped.'] };
}

function readWord(state: CommanderState, line: string): LineMeaning {
  const [, name = '', rest = ''] = /^:(\S*)\s*(.*)$/s.exec(line) ?? [];
  if (name === 'help' || name === '') return say(...helpLines());
  const word = Object.hasOwn(words, name) ? words[name] : undefined;
  if (word === undefined) return say(`:${toVisible(name)} means nothing here; :help says what does.`);
  return inTurn(word.keepsDraft === true ? say() : dropDraft(state), word.run(state, rest.trim()));
}

function readCommand(state: CommanderState, line: string): LineMeaning {
  if (line === 'help' || Object.hasOwn(words, line)) return say(`Did you mean :${line}? Words begin with a colon.`);
  if (line === '') return state.composer.buffer.text === '' ? say() : act('send');
  return inTurn(act('close-overlay'), { actions: [{ type: 'edited', text: line }], say: [] }, act('send'));
}

/** A relay inside is asked about from the main screen alone, and before there is one nothing is asked. */
function quitFrom({ screen }: CommanderState): LineMeaning {
  if (isBeginning(screen)) return act('exit');
  if (screen.name === 'connecting') return act('form-back', 'form-back', 'quit');
  return screen.name === 'main' ? act('quit') : act('form-back', 'quit');
}

export function readLine(state: CommanderState, typed: string): LineMeaning {
  const line = typed.trim();
  const place = placeOf(state);
  const asked = askedNow(state);
  if (line === ':help' && asked.length > 0 && place !== 'device-sheet') return say(...asked);
  if (line === ':quit' && place !== 'confirm-quit') return quitFrom(state);
  const answer = readAnswer(state, place, typed);
  if (answer !== undefined) return answer;
  return line.startsWith(':') ? readWord(state, line) : readCommand(state, line);
}

/** Whether the next line is a secret, which is neither shown nor remembered. */
export function isSecretNext({ screen }: CommanderState): boolean {
  return screen.name === 'connect-form' && screen.form.field === 'authKey';
}
