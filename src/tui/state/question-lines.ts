/** The words of questions that are answered in one line, on a screen and without one. */
import { snippetVariables } from '../../client/snippets.ts';
import { countOf } from '../text/format.ts';
import { toVisibleName } from '../text/visible.ts';
import type { DeviceInQuestion, Question, Removal, Rotation } from './overlay.ts';

export const questionTitles: Readonly<Record<Question['about'], string>> = {
  'new-device': 'Add a device',
  'remove-device': 'Remove a device',
  'rotate-token': 'A new token',
  'snippet-name': 'Save the command',
  'snippet-value': 'Values of a saved command',
};

/** The device as its owner has to see it before anything is done to it. */
function deviceWords({ id, state, waiting }: DeviceInQuestion, relay: string): string {
  const presence = state === 'unknown' ? '' : `, ${state}`;
  const queue = waiting === 0 ? '' : `, ${countOf(waiting, 'message')} waiting`;
  return `${toVisibleName(id)} at ${relay}${presence}${queue}`;
}

/** What happens to the connection of a device that loses its token, whether it is there or not. */
function closingWords({ state }: DeviceInQuestion): string {
  return state === 'online' ? 'its connection is closed at once (4010)' : 'a connection that it has is closed (4010)';
}

/** What is asked, in sentences; the last one is enough where there is no room for all. */
export function questionLines(question: Question, relay: string): readonly string[] {
  switch (question.about) {
    case 'new-device':
      return ['The relay makes a token for it, which is shown once.', 'Its name, as commands address it (mouse_pi):'];
    case 'remove-device': {
      const { device } = question;
      const waiting = device.waiting === 0 ? '' : ', and what waits for it is cancelled';
      return [
        deviceWords(device, relay),
        `Its token stops working, ${closingWords(device)}${waiting}. There is no way back.`,
        `Type ${toVisibleName(device.id)} to remove it:`,
      ];
    }
    case 'rotate-token': {
      const { device } = question;
      return [
        deviceWords(device, relay),
        `While both work, its machine can be given the new one. With 0 the old one stops working, and ${closingWords(device)}.`,
        `The old token of ${toVisibleName(device.id)} goes on for (1h, 24h, 0):`,
      ];
    }
    case 'snippet-name':
      return [question.snippet.payload, 'A name for it:'];
    case 'snippet-value': {
      const { snippet, values, variable } = question;
      const given = snippetVariables(snippet.payload).filter((name) => values.has(name));
      const before = given.map((name) => `${name} = ${values.get(name)}`);
      return [snippet.payload, ...before, `The value of ${variable}:`];
    }
  }
}

/** A question that is answered with yes or no, and what comes of a yes. */
interface Doubt {
  readonly question: string;
  readonly fate: string;
}

export function removalWords(removal: Removal, relay: string): Doubt {
  const target = toVisibleName(removal.target);
  const waiting = (count: number) => (count === 1 ? 'the one message that waits for' : `all ${count} that wait for`);
  const what = removal.remove === 'queue' ? waiting(removal.count) : `message ${removal.seq} to`;
  const isOne = removal.remove !== 'queue' || removal.count === 1;
  return {
    question: `Cancel ${what} ${target} at ${relay}?`,
    fate: isOne ? 'It will not arrive, and its sender is told.' : 'They will not arrive, and their senders are told.',
  };
}

export function rotationWords({ device, keepOld }: Rotation, relay: string): Doubt {
  return {
    question: `Make a new token for ${toVisibleName(device.id)} at ${relay}?`,
    fate:
      keepOld === undefined
        ? 'The old one stops working at once, and the connection that it opened is closed (4010).'
        : `The old one works for ${keepOld} more; its machine needs the new one by then.`,
  };
}
