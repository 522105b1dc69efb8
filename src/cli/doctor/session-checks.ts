/** Login and round trip, without taking anyone's id. */
import { RelayConnectionError, RelayHttpError } from '../../client/errors.ts';
import type { RelayClient } from '../../client/types.ts';
import { extensionNames } from '../../protocol/extensions.ts';
import { type Connection, withHttp } from '../connect.ts';
import { exitCodeOfEnding, exitCodeOfError, exitCodes } from '../exit-codes.ts';
import { openSession } from '../one-shot-session.ts';
import type { Finding } from './finding.ts';

/** Pings of which the fastest counts: the others waited for something else. */
const pings = 5;

/** What to do after a login that was refused, by the close code. */
function adviceFor(closeCode: number, { source, profile }: Connection): string | undefined {
  const whence = profile === undefined ? `from ${source}` : `of profile ${profile}`;
  switch (closeCode) {
    case 4001:
    case 4003:
    case 4010:
      return `the key ${whence} is not one of this relay, or was revoked: get another ("relay key add" makes one) and run "relay login"`;
    case 4130:
      return 'wait a minute, and look for a client here that tries a wrong key over and over';
    case 4113:
      return 'close other connections of this user, or raise its limit "connections"';
    default:
      return undefined;
  }
}

async function roundTrip(client: Pick<RelayClient, 'ping'>): Promise<Finding> {
  const check = 'round trip';
  try {
    const times: number[] = [];
    for (let ping = 0; ping < pings; ping++) times.push(await client.ping());
    return { check, ok: true, detail: `the fastest of ${pings} pings`, durationMs: Math.min(...times) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { check, ok: false, detail, exitCode: exitCodes.unreachable };
  }
}

/** With a master key: a session under an id of its own. */
async function* checkSession(connection: Connection): AsyncGenerator<Finding> {
  const startedAtMs = performance.now();
  const client = openSession(connection, { extensions: extensionNames.filter((name) => name !== 'ephemeral') });
  try {
    await client.ready();
    const durationMs = performance.now() - startedAtMs;
    const granted = extensionNames.filter((name) => client.session?.extensions[name]);
    const knows =
      granted.length === 0
        ? 'the relay knows the published contract alone, so that nobody is told what became of a message'
        : `the relay grants ${granted.join(', ')}`;
    yield { check: 'login', ok: true, detail: `the key is right; ${knows}`, durationMs };
    yield await roundTrip(client);
  } catch (error) {
    if (!(error instanceof RelayConnectionError)) throw error;
    const { ending } = error;
    const advice = adviceFor(ending.closeCode, connection);
    const exitCode = exitCodeOfEnding(ending);
    yield { check: 'login', ok: false, detail: ending.reason, exitCode, ...(advice === undefined ? {} : { advice }) };
  } finally {
    await client.close();
  }
}

/** With a device token: over HTTP, because a session would end that of the device itself. */
async function* checkToken(connection: Connection): AsyncGenerator<Finding> {
  try {
    const startedAtMs = performance.now();
    await withHttp(connection, (http) => http.presence());
    const detail = 'the device token is right (asked over HTTP: a session would end that of the device)';
    yield { check: 'login', ok: true, detail, durationMs: performance.now() - startedAtMs };
  } catch (error) {
    const exitCode = exitCodeOfError(error);
    if (exitCode === undefined || !(error instanceof Error)) throw error;
    const isRefused = error instanceof RelayHttpError && error.status === 401;
    const advice = 'give the device a new token: "relay device rotate-token ID" with a master key';
    yield { check: 'login', ok: false, detail: error.message, exitCode, ...(isRefused ? { advice } : {}) };
  }
}

export function checkLogin(connection: Connection): AsyncGenerator<Finding> {
  return connection.kind === 'device_token' ? checkToken(connection) : checkSession(connection);
}
