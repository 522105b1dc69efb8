/** What a client asks to see of its room: who is online, and what passes (PROTOCOL B `presence`, `tap`). */
import type { ExtensionName } from '../protocol/extensions.ts';
import type { PresenceMessage, PresenceState } from '../protocol/messages.ts';
import { RelaySendError } from './errors.ts';
import type { Life, Online } from './life.ts';
import type { RelayClient, Session } from './types.ts';

/** Client ids in one query: with ids of 128 bytes it is half of the message size that every relay takes. */
const idsPerQuery = 1_000;

type RoomViewFunctions = 'queryPresence' | 'watchPresence' | 'unwatchPresence' | 'tap' | 'untap';

export interface RoomView extends Pick<RelayClient, RoomViewFunctions> {
  /** A new connection is authenticated: what was asked for before is asked again. */
  handleOnline(online: Online): void;
  handlePresence(presence: PresenceMessage): void;
}

/** Throws `RelaySendError` when the relay did not grant it. */
export function requireExtension({ extensions }: Session, name: ExtensionName): void {
  if (extensions[name]) return;
  throw new RelaySendError(
    'unsupported',
    `the relay did not grant ${name}: ask for it in the extensions of the client`,
  );
}

function inParts(ids: readonly string[]): string[][] {
  const parts: string[][] = [];
  for (let at = 0; at < ids.length; at += idsPerQuery) parts.push(ids.slice(at, at + idsPerQuery));
  return parts;
}

export function createRoomView(life: Pick<Life, 'current' | 'online'>): RoomView {
  const queries = new Set<Map<string, PresenceState | undefined>>();
  /** Asked for until it is called off, by the extension that it needs. */
  const wishes = new Map<ExtensionName, object>();

  async function wish(name: ExtensionName, request: object): Promise<void> {
    const now = life.current();
    if (now !== undefined) requireExtension(now.session, name);
    wishes.set(name, request);
    await now?.connection.send(JSON.stringify(request));
  }

  async function callOff(name: ExtensionName, request: object): Promise<void> {
    const now = life.current();
    if (wishes.delete(name) && now?.session.extensions[name]) await now.connection.send(JSON.stringify(request));
  }

  async function queryPresence(ids: readonly string[]): Promise<Readonly<Record<string, PresenceState>>> {
    const { connection, session } = life.online();
    requireExtension(session, 'presence');
    const states = new Map<string, PresenceState | undefined>(ids.map((id) => [id, undefined]));
    queries.add(states);
    try {
      const requests = inParts(ids).map((devices) => connection.send(JSON.stringify({ action: 'presence', devices })));
      // Answers come in order: those to the queries are there when the ping is answered, and none of them was overtaken by
      // news of a watch that looks the same.
      await Promise.all([...requests, connection.ping()]);
    } finally {
      queries.delete(states);
    }
    return Object.fromEntries([...states].map(([id, state]) => [id, answered(id, state)]));
  }

  return {
    queryPresence,
    watchPresence: () => wish('presence', { action: 'watch' }),
    unwatchPresence: () => callOff('presence', { action: 'unwatch' }),
    tap: (ids) => wish('tap', { action: 'tap', ...(ids === undefined ? {} : { of: ids }) }),
    untap: () => callOff('tap', { action: 'untap' }),
    handleOnline({ connection, session }) {
      for (const [name, request] of wishes) {
        // When it cannot be sent the connection has ended, and the next one asks again.
        if (session.extensions[name]) connection.send(JSON.stringify(request)).catch(() => undefined);
      }
    },
    handlePresence({ devices }) {
      for (const states of queries) {
        for (const [id, state] of Object.entries(devices)) if (states.has(id)) states.set(id, state);
      }
    },
  };
}

function answered(id: string, state: PresenceState | undefined): PresenceState {
  if (state !== undefined) return state;
  throw new RelaySendError('no_answer', `the relay did not say whether ${JSON.stringify(id)} is online`);
}
