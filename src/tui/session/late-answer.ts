import type { Action } from '../state/action.ts';

/**
 * What is said of an answer that comes when another relay is shown than the one that was asked, which `relay` names. A token that is
 * not shown is lost, and its machine with it; what only an open sheet wanted is not said at all.
 */
export function lateAnswer(action: Action, relay: string): Action | undefined {
  const told = (tone: 'good' | 'bad', text: string): Action => ({ type: 'told', tone, text: `At ${relay}: ${text}` });
  switch (action.type) {
    case 'device-added':
      return { ...action, device: { ...action.device, elsewhere: relay } };
    case 'device-removed':
      return told('good', `${action.id} is removed.`);
    case 'prompt-refused':
      return told('bad', action.reason);
    case 'told':
      return told(action.tone, action.text);
    default:
      return undefined;
  }
}
