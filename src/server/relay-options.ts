import { isIPv4 } from 'node:net';
import type { ServerLimits, UserLimits } from '../protocol/limits.ts';
import type { TlsFiles } from './http/http-server.ts';

export interface RelayOptions {
  /** Address to listen on; 127.0.0.1 unless said. Beyond loopback it takes TLS, `allowPlaintext` or a trusted proxy. */
  readonly host?: string;
  /** 8787 unless said; 0 takes a free one. */
  readonly port?: number;
  /** Folder for the queues, users and keys; made when missing. One relay a folder. */
  readonly dataDir: string;
  /** Defaults for the limits of all users. */
  readonly userLimits?: Partial<UserLimits>;
  readonly serverLimits?: Partial<ServerLimits>;
  readonly tls?: TlsFiles;
  readonly allowPlaintext?: boolean;
  /** Addresses and networks of reverse proxies whose X-Forwarded-For counts; true means all private ones. */
  readonly trustProxy?: readonly string[] | boolean;
  /** The address that people use, where a proxy stands before the relay: `https://relay.example.org`. */
  readonly publicUrl?: string;
  /** Whether whole text messages take the fast lane, which they do unless said; it changes speed and nothing else. */
  readonly fastLane?: boolean;
  /** Origins that browsers may connect from; any unless said. */
  readonly origins?: readonly string[];
  readonly logLevel?: string;
  /** Where the log goes, JSON lines; nowhere unless said. */
  readonly logger?: { write(line: string): unknown };
  /** Told once when nothing can be stored safely any more: the process must end. */
  readonly onFatal?: (reason: string) => void;
}

/** What can be changed while the relay runs; what is left out stays as it is. */
export type ReloadOptions = Pick<RelayOptions, 'userLimits' | 'serverLimits' | 'logLevel' | 'tls'>;

/** The relay cannot start: what is wrong and what to do, in one sentence. */
export class RelayStartError extends Error {
  override readonly name = 'RelayStartError';
}

const privateNetworks = ['loopback', 'linklocal', 'uniquelocal'];

/** The addresses and networks whose forwarding headers count. */
export function trustedProxies(trustProxy: RelayOptions['trustProxy']): readonly string[] {
  if (trustProxy === undefined || trustProxy === false) return [];
  return trustProxy === true ? privateNetworks : trustProxy;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/** Throws unless keys and commands are protected on their way, or someone said that they need not be (FAULTS "Keys"). */
export function checkPlaintext(options: RelayOptions, host: string): void {
  if (isLoopback(host) || options.tls !== undefined || options.allowPlaintext === true) return;
  if (trustedProxies(options.trustProxy).length > 0) return;
  throw new RelayStartError(
    `${host} is not a loopback address, and without TLS keys and commands would cross the network in plain text: ` +
      'give --tls-cert and --tls-key, or --trust-proxy behind a proxy that has TLS, or say --allow-plaintext',
  );
}

/** The address that clients on this machine use, or the public one where it was said. */
export function httpAddress(options: RelayOptions, host: string, port: number): string {
  if (options.publicUrl !== undefined) return options.publicUrl.replace(/\/+$/, '');
  const scheme = options.tls === undefined ? 'http' : 'https';
  const isWildcard = host === '0.0.0.0' || host === '::';
  const shownHost = isWildcard ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${shownHost}:${port}`;
}
