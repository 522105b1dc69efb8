/** The way to the relay, layer by layer: its name, TCP, TLS. */
import { lookup } from 'node:dns/promises';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { trustedAuthorities } from '../../client/authorities.ts';
import { describeNetworkProblem } from '../../client/network-problem.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finding } from './finding.ts';

/** No answer within this time is none. */
export const stepTimeoutMs = 5_000;
/** A certificate that ends sooner is worth a word. */
const certificateDaysMin = 14;
const dayMs = 86_400_000;

/** The place in an address, as sockets want it. */
export interface Place {
  readonly hostname: string;
  readonly port: number;
  /** For sentences: the host with its port where that is not the usual one. */
  readonly host: string;
  readonly isTls: boolean;
}

export function placeOf(url: string): Place {
  const { hostname, port, host, protocol } = new URL(url);
  const isTls = protocol === 'wss:' || protocol === 'https:';
  return {
    hostname: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (isTls ? 443 : 80) : Number(port),
    host,
    isTls,
  };
}

function failed(check: string, error: unknown, host: string): Finding {
  return {
    check,
    ok: false,
    detail: describeNetworkProblem(error, host).message,
    exitCode: exitCodes.unreachable,
  };
}

export async function checkName({ hostname, host }: Place): Promise<Finding> {
  const check = 'name';
  if (isIP(hostname) !== 0) return { check, ok: true, detail: `${hostname} is an address` };
  const startedAtMs = performance.now();
  try {
    const found = await lookup(hostname, { all: true });
    const addresses = found.map(({ address }) => address).join(', ');
    return { check, ok: true, detail: `${hostname} is ${addresses}`, durationMs: performance.now() - startedAtMs };
  } catch (error) {
    return failed(check, error, host);
  }
}

/** Waits for the event that says that a socket is there; it has an error listener from the first moment. */
async function opened(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.on('error', reject);
  socket.once(event, () => resolve());
  socket.once('close', () => reject(Object.assign(new Error('hung up'), { code: 'ECONNRESET' })));
  socket.setTimeout(stepTimeoutMs, () => reject(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })));
  await promise;
}

export async function checkTcp({ hostname, port, host }: Place): Promise<Finding> {
  const startedAtMs = performance.now();
  const socket = connectTcp({ host: hostname, port });
  try {
    await opened(socket, 'connect');
    const durationMs = performance.now() - startedAtMs;
    return { check: 'tcp', ok: true, detail: `port ${port} of ${hostname} is open`, durationMs };
  } catch (error) {
    return failed('tcp', error, host);
  } finally {
    socket.destroy();
  }
}

/** How long a certificate is still good, in words; undefined while that is long enough. */
export function certificateAdvice(validToMs: number, nowMs: number): string | undefined {
  const days = Math.floor((validToMs - nowMs) / dayMs);
  return days >= certificateDaysMin ? undefined : `renew the certificate: it ends in ${days} days`;
}

function describeTls(socket: TLSSocket, durationMs: number): Finding {
  const { valid_to } = socket.getPeerCertificate();
  const validToMs = Date.parse(valid_to);
  const until = Number.isNaN(validToMs)
    ? ''
    : `, the certificate is good until ${new Date(validToMs).toISOString().slice(0, 10)}`;
  const advice = Number.isNaN(validToMs) ? undefined : certificateAdvice(validToMs, Date.now());
  const detail = `${socket.getProtocol() ?? 'TLS'}${until}`;
  return { check: 'tls', ok: true, detail, durationMs, ...(advice === undefined ? {} : { advice }) };
}

export async function checkTls({ hostname, port, host }: Place, ca: string | undefined): Promise<Finding> {
  const startedAtMs = performance.now();
  const socket = connectTls({
    host: hostname,
    port,
    ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
    ...(ca === undefined ? {} : { ca: trustedAuthorities(ca) }),
  });
  try {
    await opened(socket, 'secureConnect');
    return describeTls(socket, performance.now() - startedAtMs);
  } catch (error) {
    return failed('tls', error, host);
  } finally {
    socket.destroy();
  }
}
