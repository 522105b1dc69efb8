/**
 * The only file that loads undici. It takes about as long to load as Node takes to start, so this file is imported by
 * the first request; a file of its own, because undici as CommonJS has its names only for static imports once it is bundled.
 */
import { Agent, type Dispatcher } from 'undici';
import { trustedAuthorities } from './authorities.ts';

/** No answer that is read as a whole is longer: a bound on what a server can make this process hold. */
const answerBytesMax = 64 * 1024 * 1024;
/** So many requests go at one time; more wait for their turn. */
const connectionsMax = 4;

interface AgentOptions {
  /** Own certificate authorities in PEM, beside the well-known ones. */
  readonly ca: string | undefined;
  readonly timeoutMs: number;
  /** Answers are passed on piece by piece and may have any length. */
  readonly isForStreams?: boolean;
}

/** Connections to one relay. */
export function openAgent({ ca, timeoutMs, isForStreams = false }: AgentOptions): Dispatcher {
  return new Agent({
    connections: connectionsMax,
    maxResponseSize: isForStreams ? -1 : answerBytesMax,
    connect: {
      timeout: timeoutMs,
      ...(ca === undefined ? {} : { ca: trustedAuthorities(ca) }),
    },
  });
}
