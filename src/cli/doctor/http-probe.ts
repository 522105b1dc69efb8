/** One request whose answer is looked at as it is, redirects and upgrades included. */
import { type IncomingHttpHeaders, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { trustedAuthorities } from '../../client/authorities.ts';
import { stepTimeoutMs } from './network-checks.ts';

export interface ProbeAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly durationMs: number;
}

/** Rejects with the error of the network. The body is not read. */
export function probe(
  url: string,
  headers: Readonly<Record<string, string>>,
  ca: string | undefined,
): Promise<ProbeAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ProbeAnswer>();
  const startedAtMs = performance.now();
  const isTls = url.startsWith('https:');
  const options = { headers, ...(ca === undefined ? {} : { ca: trustedAuthorities(ca) }) };
  const request = isTls ? requestHttps(url, options) : requestHttp(url, options);
  const answer = (response: { readonly statusCode?: number | undefined; readonly headers: IncomingHttpHeaders }) => {
    resolve({
      status: response.statusCode ?? 0,
      headers: response.headers,
      durationMs: performance.now() - startedAtMs,
    });
    request.destroy();
  };
  request.on('response', answer);
  request.on('upgrade', (response, socket) => {
    socket.destroy();
    answer(response);
  });
  request.on('error', reject);
  request.setTimeout(stepTimeoutMs, () => {
    request.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' }));
  });
  request.end();
  return promise;
}
