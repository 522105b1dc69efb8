/** Everything that a user can see of a relay, and whether it has changed. */
import { callApi } from '../../e2e/contract/http-api.ts';
import { numbered, queue } from '../../e2e/contract/queueing.ts';
import { login, type TestRoom } from '../../e2e/contract/test-room.ts';
import type { RawWebSocket } from '../../e2e/raw-websocket.ts';

export interface Observer extends AsyncDisposable {
  /** What has come on any of its sessions since the last call. */
  heard(): Promise<readonly string[]>;
  /** Every answer of the HTTP side that concerns this user. */
  look(): Promise<Readonly<Record<string, unknown>>>;
}

const ids = ['gate-0', 'gate-1', 'gate-2', 'gate-3', 'own-1', 'watcher', 'nobody'];

/** Answers without the times of being heard, which every pong of one's own moves. */
function withoutTimes(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body, (name, value) => (name === 'last_seen' ? undefined : value)));
}

/** All that comes until the answer to a ping, without it. */
async function readUntilPong(socket: RawWebSocket): Promise<readonly string[]> {
  socket.sendJson({ action: 'ping' });
  const texts: string[] = [];
  for (let text = await socket.nextText(); text !== '{"status":"pong"}'; text = await socket.nextText())
    texts.push(text);
  return texts;
}

/**
 * Opens a room with a device that is online, one that is away, messages that wait, and sessions that hear all that there is to
 * hear: everybody's presence, and copies of everything that passes.
 */
export async function createObserver(room: TestRoom): Promise<Observer> {
  const { authKey } = room;
  const extensions = ['receipts', 'presence', 'from', 'tap'];
  await room.token('gate-2');
  await queue(room, 'gate-3', numbered('gate-3', 0, 3));
  const gate = await room.device('gate-1');
  const watcher = await login(room.relay.url, { auth_key: authKey, sender: 'watcher', extensions });
  await room.untilPresence('sender-to-gate-3', 'offline');
  for (const action of ['watch', 'tap']) watcher.sendJson({ action });
  await readUntilPong(watcher);

  const paths = [
    '/api/presence/',
    `/api/presence/?devices=${ids.join(',')}`,
    '/api/devices/',
    '/api/queue/',
    ...ids.flatMap((id) => [`/api/devices/${id}`, `/api/queue/${id}`]),
  ];
  return {
    heard: async () => [...(await readUntilPong(watcher)), ...(await readUntilPong(gate))],
    async look() {
      const answers = await Promise.all(paths.map((path) => callApi(room.relay, path, { key: authKey })));
      watcher.sendJson({ action: 'presence', devices: ids });
      const pushed = await watcher.nextText();
      return Object.fromEntries([
        ['presence', pushed],
        ...paths.map((path, n) => [path, [answers[n]?.status, withoutTimes(answers[n]?.body)]]),
      ]);
    },
    async [Symbol.asyncDispose]() {
      await gate[Symbol.asyncDispose]();
      await watcher[Symbol.asyncDispose]();
    },
  };
}
