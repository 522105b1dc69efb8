import { createSecureContext } from 'node:tls';
import proxyAddr from '@fastify/proxy-addr';
import type { TlsFiles } from './http/http-server.ts';
import { checkPlaintext, type RelayOptions, RelayStartError, trustedProxies } from './relay-options.ts';

/** As a browser sends it: scheme, host and port, and nothing behind them (RFC 6454 §6.1). */
const originPattern = /^([a-z][a-z0-9+.-]*:\/\/[^/?#\s]+|null)$/;

/** What a library says of a value that it does not take, in the words of an option. */
function refuse(what: string, error: unknown): never {
  throw new RelayStartError(`${what}: ${error instanceof Error ? error.message : error}`);
}

/** Throws `RelayStartError` where a certificate and its key are none, or do not belong together. */
export function checkTls(tls: TlsFiles): void {
  try {
    createSecureContext(tls);
  } catch (error) {
    refuse('the certificate and its key cannot be used (--tls-cert, --tls-key; both in PEM)', error);
  }
}

function checkProxies(trustProxy: RelayOptions['trustProxy']): void {
  try {
    proxyAddr.compile([...trustedProxies(trustProxy)]);
  } catch (error) {
    refuse('--trust-proxy takes addresses and networks such as 10.0.0.0/8', error);
  }
}

function checkPublicUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (isHttp && `${url.username}${url.password}${url.search}${url.hash}` === '') return;
  throw new RelayStartError(
    '--public-url is no address of a relay: write one such as https://relay.example.org, without a user, a query or a fragment',
  );
}

function checkOrigin(origin: string): void {
  if (originPattern.test(origin)) return;
  throw new RelayStartError(
    `--origin ${JSON.stringify(origin)} is none that a browser sends: write one such as https://app.example.org, without a path`,
  );
}

/** Throws `RelayStartError` for options that no relay can be started with, before anything is opened. */
export function checkOptions(options: RelayOptions, host: string): void {
  checkPlaintext(options, host);
  checkProxies(options.trustProxy);
  if (options.tls !== undefined) checkTls(options.tls);
  if (options.publicUrl !== undefined) checkPublicUrl(options.publicUrl);
  for (const origin of options.origins ?? []) checkOrigin(origin);
}
