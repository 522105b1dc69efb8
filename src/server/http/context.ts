import type { Server } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
} from 'fastify';
import type { ServerLimits } from '../../protocol/limits.ts';
import type { Clock } from '../clock.ts';
import type { Directory } from '../directory/directory.ts';
import type { Metrics } from '../metrics.ts';
import type { AuthThrottle } from '../rates/auth-throttle.ts';
import type { Switchboard } from '../rooms/switchboard.ts';
import type { QueueStore } from '../store/store.ts';
import type { RequestPace } from './request-pace.ts';

/** What the HTTP side works on. */
export interface HttpContext {
  readonly directory: Directory;
  readonly switchboard: Switchboard;
  readonly queue: QueueStore;
  /** Makes a copy of the store and resolves with its path; the caller removes it. Rejects with `StoreUnavailableError`. */
  readonly backUp: () => Promise<string>;
  readonly clock: Clock;
  readonly throttle: AuthThrottle;
  readonly pace: RequestPace;
  readonly silentAfterMs: () => number;
  readonly limits: () => ServerLimits;
  /** The address that people use, where it was said (`--public-url`). */
  readonly publicUrl: string | undefined;
  /** Why the relay takes no new work, or undefined while it does. */
  readonly notReadyReason: () => string | undefined;
  /** Whether the relay comes to its end, so that no message is taken any more. */
  readonly isEnding: () => boolean;
  /** Requests that wait for the end of a message: how each is answered now. */
  readonly waits: Set<() => void>;
  readonly metrics: Pick<Metrics, 'contentType' | 'scrape' | 'noteRequest'>;
}

/** The HTTP server, with schemas that type the handlers. */
export type HttpServer = FastifyInstance<
  Server,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;
