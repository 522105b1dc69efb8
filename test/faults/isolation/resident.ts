/**
 * A user who does the same things every day: sends, is refused, queues, takes what waited, registers and removes, and hears all that
 * passes. What it is told must be the same each time, whatever others have done since.
 */
import { type ApiRequest, callApi } from '../../e2e/contract/http-api.ts';
import { leave } from '../../e2e/contract/queueing.ts';
import { login, type TestRoom } from '../../e2e/contract/test-room.ts';
import type { RawWebSocket } from '../../e2e/raw-websocket.ts';
import { ownName } from './actor.ts';
import { normal } from './normal.ts';

const extensions = ['receipts', 'ttl', 'age', 'acks', 'presence', 'from', 'tap'];
/** Few enough that a day reaches each of them, so that it shows when somebody else's count towards them. */
export const residentLimits = { connections: '3', devices: '2', queue_messages: '2', queue_targets: '2' } as const;

/** So many messages, whatever they are. */
async function read(socket: RawWebSocket, count: number): Promise<readonly string[]> {
  const texts: string[] = [];
  while (texts.length < count) texts.push(await socket.nextText());
  return texts;
}

/** One day of a user whose other days were the same; answers all that it was told, without numbers that rise from day to day. */
export async function liveOneDay(room: TestRoom): Promise<readonly string[]> {
  const { authKey, relay } = room;
  const told: string[] = [];
  const connect = async (sender: string) => {
    const socket = await login(relay.url, { auth_key: authKey, sender, extensions });
    await room.untilPresence(sender, 'online');
    return socket;
  };
  const call = async (method: NonNullable<ApiRequest['method']>, path: string, body?: object) => {
    const answer = await callApi(relay, path, { method, key: authKey, ...(body === undefined ? {} : { body }) });
    told.push(`${method} ${path} ${answer.status} ${JSON.stringify(answer.body)}`);
  };

  const pc = await connect('watcher');
  pc.sendJson({ action: 'tap' });
  const gate = await connect('gate-1');
  const third = await connect('own-1');
  // One more than it may have.
  const refused = login(relay.url, { auth_key: authKey, sender: 'fourth' });
  told.push(await refused.then(() => 'a fourth connection', String));
  await leave(room, third, 'own-1');

  pc.sendJson({ target: 'gate-1', _id: 'live', value: 1 });
  told.push(...(await read(gate, 1)), ...(await read(pc, 2)));
  pc.sendJson({ target: 'gate-2', _id: 'now', _ttl: 0 });
  told.push(...(await read(pc, 2)));
  for (const n of [0, 1, 2]) pc.sendJson({ target: 'gate-3', _id: `n-${n}` });
  // A copy and a receipt or a refusal of each, whose order is that of the commit.
  told.push(...[...(await read(pc, 6))].sort());
  // An id that was for one connection alone, with the other user and not with this one.
  pc.sendJson({ target: ownName, _id: 'gone' });
  told.push(...[...(await read(pc, 2))].sort());
  await call('DELETE', `/api/queue/${ownName}`);
  told.push(...(await read(pc, 1)));
  pc.sendJson({ action: 'presence', devices: ['gate-1', 'gate-2', 'gate-3', 'nobody'] });
  told.push(...(await read(pc, 1)));
  for (const path of ['/api/queue/', '/api/queue/gate-3', '/api/devices/', '/api/presence/']) await call('GET', path);

  const gate3 = await connect('gate-3');
  const waited = await read(gate3, 2);
  told.push(...waited);
  gate3.sendJson({ action: 'ack', seq: JSON.parse(waited[1] ?? '{}')._seq });
  told.push(...(await read(pc, 2)));
  await room.untilWaiting('gate-3', 0);

  await call('POST', '/api/messages/', { target: 'gate-1', value: 2 });
  told.push(...(await read(gate, 1)), ...(await read(pc, 1)));
  for (const device of ['gate-2', 'own-1', 'nobody']) await call('POST', '/api/devices/', { device });
  for (const device of ['gate-2', 'own-1', 'nobody']) await call('DELETE', `/api/devices/${device}`);
  for (const [id, socket] of [
    ['gate-3', gate3],
    ['gate-1', gate],
    ['watcher', pc],
  ] as const)
    await leave(room, socket, id);
  return told.map((text) => normal(text).replaceAll(/"(seq|_seq)":\d+/g, '"$1":N'));
}
