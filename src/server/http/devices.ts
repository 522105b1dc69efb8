import Type from 'typebox';
import { isClientId } from '../../protocol/client-id.ts';
import { clientIdRule } from '../../protocol/messages.ts';
import { parseDurationMs } from '../../protocol/units.ts';
import { toIsoTime } from '../clock.ts';
import { noSuchDevice } from '../directory/devices.ts';
import type { OutcomeLine } from '../messages/outcomes.ts';
import { knownClients, presenceOf } from '../rooms/presence.ts';
import type { UserRecord } from '../store/store.ts';
import { authorizeMaster } from './authorize.ts';
import type { HttpContext, HttpServer } from './context.ts';
import { HttpRefusal, orRefuse } from './refusal.ts';

const params = Type.Object({ id: Type.String() });
const newDevice = Type.Object({ device: Type.String() });
/** Without a body Fastify has null. */
const rotation = Type.Union([Type.Object({ keep_old: Type.Optional(Type.String()) }), Type.Null()]);

function toIso(timeMs: number | undefined): string | null {
  return timeMs === undefined ? null : toIsoTime(timeMs);
}

/** What is known of one client of the user's room. */
function describeDevice(context: HttpContext, user: UserRecord, clientId: string) {
  const { directory, switchboard, clock, silentAfterMs } = context;
  const room = switchboard.rooms.find(user.userId);
  const record = directory.devices.find(user.userId, clientId);
  const session = room?.sessions.get(clientId);
  const state = presenceOf(room, clientId, silentAfterMs(), clock());
  return {
    device: clientId,
    state,
    online_since: state === 'online' ? toIso(session?.connectedAtMs) : null,
    last_seen: toIso(session?.lastHeardAtMs ?? record?.lastSeenAtMs),
    waiting: room?.queues.get(clientId)?.storedMessages ?? 0,
    registered: record !== undefined,
  };
}

/** One line of what became of the last messages to a client, newest last (PROTOCOL C). */
function describeOutcome({ sender, state, messageId, count, lastAtMs }: OutcomeLine) {
  return {
    state,
    from: sender,
    ...(messageId === undefined ? {} : { _id: messageId }),
    count,
    at: toIsoTime(lastAtMs),
  };
}

/** `/api/devices/`: the clients of the user's room; registered ones have a token (PROTOCOL C). */
export function registerDevices(server: HttpServer, context: HttpContext): void {
  const { directory, switchboard } = context;

  function known(user: UserRecord): string[] {
    return knownClients(
      switchboard.rooms.find(user.userId),
      directory.devices.ofUser(user.userId).map((device) => device.clientId),
    );
  }

  server.get('/api/devices', async (request) => {
    const user = await authorizeMaster(context, request);
    return { devices: known(user).map((clientId) => describeDevice(context, user, clientId)) };
  });

  server.get('/api/devices/:id', { schema: { params } }, async (request) => {
    const user = await authorizeMaster(context, request);
    const { id } = request.params;
    if (!known(user).includes(id)) throw new HttpRefusal(noSuchDevice(id));
    return {
      ...describeDevice(context, user, id),
      address: switchboard.rooms.find(user.userId)?.sessions.get(id)?.link.address ?? null,
      created_at: toIso(directory.devices.find(user.userId, id)?.createdAtMs),
      outcomes: switchboard.rooms.find(user.userId)?.outcomes.of(id).map(describeOutcome) ?? [],
    };
  });

  server.post('/api/devices', { schema: { body: newDevice } }, async (request, reply) => {
    const user = await authorizeMaster(context, request);
    const { device } = request.body;
    const shown = JSON.stringify(device.slice(0, 160));
    if (!isClientId(device)) {
      const message = `${shown} is no client id: ${clientIdRule}`;
      throw new HttpRefusal({ code: 'invalid_client_id', message });
    }
    const { deviceToken } = orRefuse(await directory.devices.add(user, device));
    return reply.code(201).send({ device, device_token: deviceToken });
  });

  server.delete('/api/devices/:id', { schema: { params } }, async (request) => {
    const user = await authorizeMaster(context, request);
    const { id } = request.params;
    // First the record, which ends its session; then nothing of its queue can reach who is registered under this name later.
    orRefuse(await directory.devices.remove(user.userId, id));
    await switchboard.rooms.purge(user.userId, id);
    return { device: id, removed: true };
  });

  server.post('/api/devices/:id/token', { schema: { params, body: rotation } }, async (request) => {
    const user = await authorizeMaster(context, request);
    const { id } = request.params;
    const keepOld = request.body?.keep_old;
    const keepOldMs = keepOld === undefined || keepOld === '0' ? 0 : parseDurationMs(keepOld);
    if (keepOldMs === undefined) {
      throw new HttpRefusal({
        code: 'bad_request',
        message: `keep_old ${JSON.stringify(keepOld)} is no duration: write one such as "1h"`,
      });
    }
    const { deviceToken } = orRefuse(await directory.devices.rotateToken(user.userId, id, keepOldMs));
    return { device: id, device_token: deviceToken };
  });
}
