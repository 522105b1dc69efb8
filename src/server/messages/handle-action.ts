import type { Action } from '../../protocol/actions.ts';
import type { Clock } from '../clock.ts';
import { knownClients, presenceOf } from '../rooms/presence.ts';
import type { Session } from '../rooms/session.ts';

export interface ActionContext {
  readonly clock: Clock;
  readonly silentAfterMs: () => number;
  /** Client ids of the user's registered devices. */
  readonly registered: (userId: string) => Iterable<string>;
}

/** Does what a client asks of the relay itself (PROTOCOL A3, B). */
export function handleAction(context: ActionContext, session: Session, action: Action): void {
  const { room } = session;

  function presence(clientIds: Iterable<string>) {
    const nowMs = context.clock();
    const states = [...clientIds].map((id) => [id, presenceOf(room, id, context.silentAfterMs(), nowMs)] as const);
    return Object.fromEntries(states);
  }

  switch (action.action) {
    case 'ping':
      session.answer({ status: 'pong' });
      return;
    case 'ack':
      session.queue?.handleAck(session, action.seq);
      return;
    case 'presence':
      session.answer({ status: 'presence', devices: presence(action.devices) });
      return;
    case 'watch':
      room.watch.add(session, presence(knownClients(room, context.registered(room.userId))));
      return;
    case 'unwatch':
      room.watch.remove(session);
      return;
    case 'tap':
      room.taps.add(session, action.of);
      return;
    case 'untap':
      room.taps.remove(session);
      return;
    default:
      action satisfies never;
  }
}
