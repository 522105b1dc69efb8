import type { DirectoryListener } from './directory/listener.ts';
import type { Rooms } from './rooms/rooms.ts';

/** Ends live sessions at once when what they stand on is taken away, and gives them new limits (PROTOCOL C). */
export function createRevocation(rooms: () => Rooms): DirectoryListener {
  return {
    onKeyRevoked({ userId, keyId }) {
      if (userId === undefined) return;
      const message = 'the key or token of this session was revoked: ask for a new one';
      rooms().endWhere(userId, (session) => session.keyId === keyId, 'revoked', message);
    },
    onDeviceRemoved(userId, clientId) {
      const message = `the device ${clientId} was removed`;
      rooms().endWhere(userId, (session) => session.clientId === clientId, 'revoked', message);
    },
    onUserRemoved(userId) {
      rooms().endWhere(userId, () => true, 'revoked', 'the user of this session was removed');
      rooms().forget(userId);
    },
    onLimitsChanged: (userId) => rooms().refreshLimits(userId),
  };
}
