import type { RelayMessage } from '../../../protocol/messages.ts';
import type { Action } from './state.ts';

/** What becomes of the state when the relay itself says this; undefined where nothing does. */
export function actionOf(word: RelayMessage): Action | undefined {
  if (word.status === 'presence') return { type: 'presence', states: word.devices };
  if (word.status === 'error' && word._id !== undefined && word.target !== undefined) {
    const outcome = word.code === 'unconfirmed' ? 'unconfirmed: it may have arrived' : `refused: ${word.message}`;
    return { type: 'outcome', messageId: word._id, target: word.target, outcome };
  }
  if (word.status === 'error') return { type: 'noticed', text: `the relay says: ${word.message}`, isProblem: true };
  if ('_id' in word) return { type: 'outcome', messageId: word._id, target: word.target, outcome: word.status };
  return undefined;
}
