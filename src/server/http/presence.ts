import Type from 'typebox';
import { knownClients, presenceOf } from '../rooms/presence.ts';
import { authorizeMember } from './authorize.ts';
import type { HttpContext, HttpServer } from './context.ts';

const query = Type.Object({ devices: Type.Optional(Type.String()) });

/** `GET /api/presence/`: who is online; ids outside the user's room are offline like ones that do not exist (PROTOCOL C). */
export function registerPresence(server: HttpServer, context: HttpContext): void {
  server.get('/api/presence', { schema: { querystring: query } }, async (request) => {
    const { userId } = await authorizeMember(context, request);
    const { directory, switchboard, clock, silentAfterMs } = context;
    const room = switchboard.rooms.find(userId);
    const asked = request.query.devices?.split(',').filter((clientId) => clientId !== '');
    const clientIds =
      asked ??
      knownClients(
        room,
        directory.devices.ofUser(userId).map((device) => device.clientId),
      );
    const nowMs = clock();
    return Object.fromEntries(
      clientIds.map((clientId) => [clientId, presenceOf(room, clientId, silentAfterMs(), nowMs)]),
    );
  });
}
