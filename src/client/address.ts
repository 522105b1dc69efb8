import { isIPv4, isIPv6 } from 'node:net';
import { connectPath } from '../protocol/messages.ts';
import { RelayAddressError } from './errors.ts';

/** Where a relay is: the same place for its WebSocket and for its HTTP side. */
export interface RelayAddress {
  /** The one endpoint of PROTOCOL A1, `wss://host/ws/connect/`. */
  readonly ws: string;
  /** What the paths of PROTOCOL C are added to, without a slash at its end: `https://host`. */
  readonly http: string;
}

const schemes: Readonly<Record<string, { readonly ws: string; readonly http: string }>> = {
  'ws:': { ws: 'ws:', http: 'http:' },
  'http:': { ws: 'ws:', http: 'http:' },
  'wss:': { ws: 'wss:', http: 'https:' },
  'https:': { ws: 'wss:', http: 'https:' },
};

const examples = 'write wss://host/ws/connect/, https://host or host';

function parse(url: string, original: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || parsed.hostname === '') {
    throw new RelayAddressError(`"${original}" is no address of a relay: ${examples}`);
  }
  return parsed;
}

function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]') return true;
  return isIPv4(hostname) && hostname.startsWith('127.');
}

/** Gives a bare `host`, `host:port` or IPv6 address its scheme: plain text where nobody listens in, TLS elsewhere. */
function withScheme(text: string): string {
  const bare = isIPv6(text) ? `[${text}]` : text;
  return isLoopback(parse(`http://${bare}`, text).hostname) ? `http://${bare}` : `https://${bare}`;
}

function checkParts(url: URL, text: string): void {
  if (url.username !== '' || url.password !== '') {
    // The text is not repeated: it may hold a password.
    throw new RelayAddressError(
      'the address of the relay has a user name or password in it: a relay takes keys instead',
    );
  }
  if (url.search !== '' || url.hash !== '') {
    throw new RelayAddressError(`"${text}": the address of a relay has no ? or # part: ${examples}`);
  }
}

/**
 * Reads the address of a relay as people write it: `wss://host/ws/connect/`, `https://host`, `host`, `host:port`, with a
 * path before `/ws/connect/` where a proxy has put the relay there. A bare host means TLS, a bare loopback host plain text.
 *
 * @throws RelayAddressError with a sentence when the text is no such address.
 */
export function parseRelayUrl(text: string): RelayAddress {
  const trimmed = text.trim();
  if (trimmed === '') throw new RelayAddressError(`the address of the relay is empty: ${examples}`);
  const url = parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : withScheme(trimmed), trimmed);
  const scheme = schemes[url.protocol];
  if (scheme === undefined) {
    throw new RelayAddressError(`"${trimmed}": ${url.protocol}// is no way to reach a relay: ${examples}`);
  }
  checkParts(url, trimmed);
  const path = url.pathname.replace(/\/+$/, '');
  const endpoint = connectPath.slice(0, -1);
  const prefix = path.endsWith(endpoint) ? path.slice(0, -endpoint.length) : path;
  return { ws: `${scheme.ws}//${url.host}${prefix}${connectPath}`, http: `${scheme.http}//${url.host}${prefix}` };
}
