/** Who is online, and who comes and goes: pushed where the relay does that, asked for every second elsewhere. */
import { setTimeout as delay } from 'node:timers/promises';
import { RelayConnectionError, RelayUnreachableError } from '../client/errors.ts';
import type { RelayClient } from '../client/types.ts';
import type { PresenceState } from '../protocol/messages.ts';
import type { CommandContext } from './command.ts';
import { type Connection, isOneShotClientId, withHttp } from './connect.ts';
import { firstConnection, openSession } from './one-shot-session.ts';

export type PresenceStates = Readonly<Record<string, PresenceState>>;

/** How often it is asked for where it is not pushed. */
const pollMs = 1000;

export interface PresenceListener {
  /** All of it, at first and again after each time that the relay was away. */
  all(states: PresenceStates): void;
  changed(states: PresenceStates): void;
}

/** What is new or different, in the form of the whole; who was online and is not known any more is offline. */
export function changesOf(before: PresenceStates, now: PresenceStates): PresenceStates {
  const changed = Object.entries(now).filter(([id, state]) => before[id] !== state);
  const gone = Object.keys(before).filter((id) => !Object.hasOwn(now, id) && before[id] === 'online');
  return Object.fromEntries([...changed, ...gone.map((id) => [id, 'offline'] as const)]);
}

/**
 * Tells the listener who is online until `ended` settles, and returns what it settles with. A relay that was reached once and is
 * away for a while is waited for.
 */
export async function followPresence<Result>(
  connection: Connection,
  ids: readonly string[] | undefined,
  context: CommandContext,
  listener: PresenceListener,
  ended: Promise<Result>,
): Promise<Result> {
  // A device token would end the session of the device itself.
  if (connection.kind !== 'auth_key') return await Promise.race([ended, poll(connection, ids, context, listener)]);
  const client = openSession(connection, { extensions: ['presence'], reconnect: true });
  try {
    await firstConnection(client);
    const isPushed = client.session?.extensions.presence === true;
    if (!isPushed) await client.close();
    const source = isPushed ? listen(client, ids, context, listener) : poll(connection, ids, context, listener);
    return await Promise.race([ended, source]);
  } finally {
    await client.close();
  }
}

/** Pushed. Each connection begins with all known clients; the relay tells of every client, also of those that nobody asked for. */
async function listen(
  client: RelayClient,
  ids: readonly string[] | undefined,
  context: CommandContext,
  listener: PresenceListener,
): Promise<never> {
  const failed = Promise.withResolvers<never>();
  let isFirst = true;
  client.on('presence', (states) => {
    const wanted = ids === undefined ? withoutOneShots(states) : pick(states, ids, isFirst);
    if (isFirst) listener.all(wanted);
    else if (Object.keys(wanted).length > 0) listener.changed(wanted);
    isFirst = false;
  });
  client.on('state', (state) => {
    if (state.phase === 'closed') failed.reject(new RelayConnectionError(state.ending));
    if (state.phase === 'waiting' && !isFirst) context.output.say(`${state.ending.reason}; trying again`);
    if (state.phase === 'waiting') isFirst = true;
  });
  await client.watchPresence();
  return await failed.promise;
}

/** Sessions of commands, this one among them, come and go all the time and are nobody's device. */
function withoutOneShots(states: PresenceStates): PresenceStates {
  return Object.fromEntries(Object.entries(states).filter(([id]) => !isOneShotClientId(id)));
}

/** Those that were asked for; at first each of them, for one that nobody has seen is offline. */
function pick(states: PresenceStates, ids: readonly string[], isAll: boolean): PresenceStates {
  const known = new Map(Object.entries(states));
  const wanted = ids.filter((id) => isAll || known.has(id));
  return Object.fromEntries(wanted.map((id) => [id, known.get(id) ?? 'offline']));
}

async function poll(
  connection: Connection,
  ids: readonly string[] | undefined,
  context: CommandContext,
  listener: PresenceListener,
): Promise<never> {
  return await withHttp(connection, async (http) => {
    let before: PresenceStates | undefined;
    let isAway = false;
    for (;;) {
      try {
        const now = await http.presence(ids);
        if (before === undefined) listener.all(now);
        else if (Object.keys(changesOf(before, now)).length > 0) listener.changed(changesOf(before, now));
        if (isAway) context.output.say('the relay answers again');
        [before, isAway] = [now, false];
      } catch (error) {
        if (!(error instanceof RelayUnreachableError) || before === undefined) throw error;
        if (!isAway) context.output.say(`${error.message}; asking again every second`);
        isAway = true;
      }
      await delay(pollMs);
    }
  });
}
