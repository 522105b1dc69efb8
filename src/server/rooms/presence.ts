import type { PresenceState } from '../../protocol/messages.ts';
import type { Room } from './room.ts';

/** A client is online while its session is open and it was heard lately (PROTOCOL A5). */
export function presenceOf(
  room: Room | undefined,
  clientId: string,
  silentAfterMs: number,
  nowMs: number,
): PresenceState {
  const session = room?.sessions.get(clientId);
  return session !== undefined && nowMs - session.lastHeardAtMs < silentAfterMs ? 'online' : 'offline';
}

/** Known clients of a room: registered, connected, or with something waiting (PROTOCOL B); sorted. */
export function knownClients(room: Room | undefined, registered: Iterable<string>): string[] {
  return [...new Set([...registered, ...(room?.sessions.keys() ?? []), ...(room?.queues.keys() ?? [])])].sort();
}
