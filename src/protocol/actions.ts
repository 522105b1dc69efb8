import { isClientId } from './client-id.ts';
import type { Extensions } from './extensions.ts';
import { isObject, type Refusal } from './messages.ts';

/** What a client asks of the relay itself: a message without a target (PROTOCOL A3, B). */
export type Action =
  | { readonly action: 'ping' }
  | { readonly action: 'ack'; readonly seq: number }
  | { readonly action: 'presence'; readonly devices: readonly string[] }
  | { readonly action: 'watch' }
  | { readonly action: 'unwatch' }
  | { readonly action: 'tap'; readonly of?: ReadonlySet<string> }
  | { readonly action: 'untap' };

/** Most ids that one presence query or tap may name. */
const idsMax = 10_000;

function unknownAction(action: string): Refusal {
  const shown = JSON.stringify(action.slice(0, 64));
  return {
    code: 'unknown_action',
    message: `the action ${shown} is not known here, or its extension was not asked for; {"action":"ping"} always is`,
  };
}

function badAction(message: string): Refusal {
  return { code: 'bad_message', message };
}

function isListOfStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= idsMax && value.every((item) => typeof item === 'string');
}

/** Reads an action that the session's extensions allow, or says why not. */
export function readAction(value: unknown, extensions: Extensions): Action | Refusal {
  if (!isObject(value) || typeof value.action !== 'string') {
    return {
      code: 'missing_target',
      message: 'the message has no target: add "target" with the client id of its receiver',
    };
  }
  switch (value.action) {
    case 'ping':
      return { action: 'ping' };
    case 'ack':
      return extensions.acks ? readAck(value.seq) : unknownAction(value.action);
    case 'presence':
      return extensions.presence ? readQuery(value.devices) : unknownAction(value.action);
    case 'watch':
    case 'unwatch':
      return extensions.presence ? { action: value.action } : unknownAction(value.action);
    case 'tap':
      return extensions.tap ? readTap(value.of) : unknownAction(value.action);
    case 'untap':
      return extensions.tap ? { action: 'untap' } : unknownAction(value.action);
    default:
      return unknownAction(value.action);
  }
}

function readAck(seq: unknown): Action | Refusal {
  if (typeof seq === 'number' && Number.isSafeInteger(seq) && seq >= 0) return { action: 'ack', seq };
  return badAction('an ack needs "seq", the number of the last message that is done, as its "_seq" said');
}

function readQuery(devices: unknown): Action | Refusal {
  if (isListOfStrings(devices)) return { action: 'presence', devices };
  return badAction(`a presence query needs "devices", a list of at most ${idsMax} client ids`);
}

function readTap(of: unknown): Action | Refusal {
  if (of === undefined) return { action: 'tap' };
  if (isListOfStrings(of) && of.every(isClientId)) return { action: 'tap', of: new Set(of) };
  return badAction(`the "of" of a tap is a list of at most ${idsMax} client ids`);
}
