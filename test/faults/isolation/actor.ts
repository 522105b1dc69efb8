/** A user who does things, each of them with an id, and tells what answers came. */
import { type ApiRequest, callApi } from '../../e2e/contract/http-api.ts';
import type { TestRoom } from '../../e2e/contract/test-room.ts';
import { opcodes } from '../../e2e/raw-frame.ts';
import { openRawWebSocket, type RawWebSocket } from '../../e2e/raw-websocket.ts';
import { normal } from './normal.ts';

/** The name under which it sends and asks. */
export const ownName = 'actor';

type Body = Readonly<Record<string, unknown>>;

/** A list without the session that asked just now, which may be there still or not. */
function withoutOwn(body: Body): Body {
  if (!Array.isArray(body.devices)) return body;
  return { ...body, devices: body.devices.filter((entry) => entry.device !== ownName) };
}

/** Sessions that send and ask, each for one deed; nothing of them stays behind (PROTOCOL B `ephemeral`). */
function createSpeaker(room: TestRoom) {
  const extensions = ['receipts', 'ttl', 'age', 'acks', 'presence', 'from', 'ephemeral', 'tap'];
  let sent = 0;

  async function withSession<Result>(use: (socket: RawWebSocket) => Promise<Result>): Promise<Result> {
    await using socket = await openRawWebSocket(room.relay.url);
    socket.sendJson({ auth_key: room.authKey, sender: ownName, extensions });
    await socket.nextText();
    return await use(socket);
  }

  return {
    withSession,
    /** Sends these to the id and answers the first that is told of each. */
    send(target: string, bodies: readonly Body[]): Promise<readonly string[]> {
      return withSession(async (socket) => {
        const ids = bodies.map(() => `id-${sent++}`);
        for (const [n, body] of bodies.entries()) socket.sendJson({ target, _id: ids[n], ...body });
        const told = new Map<unknown, string>();
        while (told.size < ids.length) {
          const text = await socket.nextText();
          const { _id } = JSON.parse(text);
          if (_id !== undefined && !told.has(_id)) told.set(_id, text);
        }
        return ids.map((id) => told.get(id) ?? '');
      });
    },
    /** Asks the relay for something and answers what comes before the pong behind it. */
    ask(message: Body): Promise<readonly string[]> {
      return withSession(async (socket) => {
        socket.sendJson(message);
        socket.sendJson({ action: 'ping' });
        const texts: string[] = [];
        for (let text = ''; text !== '{"status":"pong"}'; texts.push(text)) text = await socket.nextText();
        return texts;
      });
    },
  };
}

/** Sessions that the actor opens under the ids of others, and that stay. */
function createTaker(room: TestRoom) {
  const taken = new Map<string, RawWebSocket>();
  const tokens = new Map<string, string>();

  async function take(id: string, credentials: Body): Promise<readonly string[]> {
    const socket = await openRawWebSocket(room.relay.url);
    socket.sendJson(credentials);
    const answer = await socket.nextText();
    if (!answer.includes('authenticated')) {
      await socket.gone;
      return [answer];
    }
    await taken.get(id)?.gone;
    taken.set(id, socket);
    await room.untilWaiting(id, 0);
    return [answer];
  }

  return {
    noteToken(id: string, body: Body): void {
      if (typeof body.device_token === 'string') tokens.set(id, body.device_token);
    },
    asController: (id: string) => take(id, { auth_key: room.authKey, sender: id }),
    asDevice: (id: string) => take(id, { device_token: tokens.get(id) ?? 'rly_device_none' }),
    async leave(id: string): Promise<readonly string[]> {
      await taken.get(id)?.[Symbol.asyncDispose]();
      taken.delete(id);
      await room.untilPresence(id, 'offline');
      return [];
    },
    async [Symbol.asyncDispose]() {
      for (const socket of taken.values()) await socket[Symbol.asyncDispose]();
    },
  };
}

/** What a user can do with an id. Each deed answers all that it was told, without what differs from time to time. */
export function createActor(room: TestRoom) {
  const speaker = createSpeaker(room);
  const taker = createTaker(room);

  async function call(path: string, request: ApiRequest = {}): Promise<{ readonly text: string; readonly body: Body }> {
    const { status, body } = await callApi(room.relay, path, { key: room.authKey, ...request });
    return { text: `${status} ${JSON.stringify(withoutOwn(body))}`, body };
  }
  const told = async (path: string, request?: ApiRequest) => [(await call(path, request)).text];
  async function token(id: string, path: string, body: Body): Promise<readonly string[]> {
    const { text, body: answer } = await call(path, { method: 'POST', body });
    taker.noteToken(id, answer);
    return [text];
  }
  const post = (target: string, fields: Body) =>
    told('/api/messages/', { method: 'POST', body: { target, ...fields } });

  const deeds: Readonly<Record<string, (id: string) => Promise<readonly string[]>>> = {
    send: (id) => speaker.send(id, [{ value: 1 }]),
    sendNow: (id) => speaker.send(id, [{ _ttl: 0 }]),
    sendReserved: (id) => speaker.send(id, [{ _from: id, _seq: 1 }]),
    sendMany: (id) =>
      speaker.send(
        id,
        Array.from({ length: 60 }, (_, n) => ({ n })),
      ),
    askPresence: (id) => speaker.ask({ action: 'presence', devices: [id] }),
    tap: (id) => speaker.ask({ action: 'tap', of: [id] }),
    ack: () => speaker.ask({ action: 'ack', seq: 1e9 }),
    watch: () => speaker.ask({ action: 'watch' }),
    breakProtocol: (id) =>
      speaker.withSession(async (socket) => {
        socket.sendFrame({ opcode: opcodes.text, payload: `{"target":"${id}"}`, masked: false });
        return [`${(await socket.closeAfterAll()).code}`];
      }),
    takeId: (id) => taker.asController(id),
    takeIdAsDevice: (id) => taker.asDevice(id),
    leaveId: (id) => taker.leave(id),
    register: (id) => token(id, '/api/devices/', { device: id }),
    rotateToken: (id) => token(id, `/api/devices/${id}/token`, {}),
    remove: (id) => told(`/api/devices/${id}`, { method: 'DELETE' }),
    lookAtDevice: (id) => told(`/api/devices/${id}`),
    lookAtQueue: (id) => told(`/api/queue/${id}`),
    purge: (id) => told(`/api/queue/${id}`, { method: 'DELETE' }),
    cancel: (id) => told(`/api/queue/${id}/1`, { method: 'DELETE' }),
    presenceOverHttp: (id) => told(`/api/presence/?devices=${id}`),
    listDevices: () => told('/api/devices/'),
    listQueues: () => told('/api/queue/'),
    post: (id) => post(id, { value: 1 }),
    postNow: (id) => post(id, { _ttl: 0 }),
    administer: (id) => told(`/api/admin/users/${id}`, { method: 'DELETE' }),
  };

  return {
    deeds: Object.keys(deeds),
    async act(id: string, deed: string): Promise<readonly string[]> {
      return ((await deeds[deed]?.(id)) ?? []).map((answer) => `${deed}: ${normal(answer)}`);
    },
    [Symbol.asyncDispose]: () => taker[Symbol.asyncDispose](),
  };
}
