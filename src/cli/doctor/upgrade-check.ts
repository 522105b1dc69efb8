import { randomBytes } from 'node:crypto';
import type { RelayAddress } from '../../client/address.ts';
import { describeNetworkProblem } from '../../client/network-problem.ts';
import { connectPath } from '../../protocol/messages.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finding } from './finding.ts';
import { type ProbeAnswer, probe } from './http-probe.ts';

const check = 'upgrade';

function upgradeHeaders(): Readonly<Record<string, string>> {
  return {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
  };
}

/** The endpoint of a relay without what stands before its path; undefined where nothing does. */
function withoutPrefix({ ws }: RelayAddress): string | undefined {
  const url = new URL(ws);
  if (url.pathname === connectPath) return undefined;
  url.pathname = connectPath;
  return url.href;
}

function toHttp(ws: string): string {
  return ws.replace(/^ws/, 'http');
}

async function speaksWebSocket(ws: string, ca: string | undefined): Promise<boolean> {
  try {
    return (await probe(toHttp(ws), upgradeHeaders(), ca)).status === 101;
  } catch {
    return false;
  }
}

async function explainRefusal(address: RelayAddress, answer: ProbeAnswer, ca: string | undefined): Promise<Finding> {
  const { status, headers } = answer;
  const { host, pathname } = new URL(address.ws);
  const failed = { check, ok: false, exitCode: exitCodes.unreachable } as const;
  const detail = `${host} answers ${pathname} with HTTP ${status} and opens no WebSocket`;
  if (headers.location !== undefined) return { ...failed, detail, advice: `use the address ${headers.location}` };
  if (status === 503) {
    return {
      ...failed,
      detail,
      advice: 'the relay, or a proxy before it, takes no more connections now: try again later',
    };
  }
  const plain = withoutPrefix(address);
  if (plain !== undefined && (await speaksWebSocket(plain, ca))) {
    return { ...failed, detail, advice: `the path is wrong: use ${plain}` };
  }
  const advice = `what answers there is no relay, or a proxy that does not pass WebSockets on to ${connectPath}: check port and path, and the Upgrade headers of the proxy`;
  return { ...failed, detail, advice };
}

/** Whether a WebSocket opens at the relay's endpoint (PROTOCOL A1). */
export async function checkUpgrade(address: RelayAddress, ca: string | undefined): Promise<Finding> {
  try {
    const answer = await probe(toHttp(address.ws), upgradeHeaders(), ca);
    if (answer.status !== 101) return await explainRefusal(address, answer, ca);
    const { pathname } = new URL(address.ws);
    return { check, ok: true, detail: `${pathname} opens a WebSocket`, durationMs: answer.durationMs };
  } catch (error) {
    const { message } = describeNetworkProblem(error, new URL(address.ws).host);
    return { check, ok: false, detail: message, exitCode: exitCodes.unreachable };
  }
}
