import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyError, type FastifyReply, type FastifyRequest } from 'fastify';
import { httpStatusOf, type RelayCode } from '../../protocol/codes.ts';
import { StoreUnavailableError } from '../store/store.ts';
import { registerAdmin } from './admin.ts';
import { authorizeBody } from './authorize.ts';
import { registerBackup } from './backup.ts';
import { answerClientError } from './client-error.ts';
import type { HttpContext } from './context.ts';
import { registerDevices } from './devices.ts';
import { registerHealth } from './health.ts';
import { messagesPath, registerMessages } from './messages.ts';
import { registerMetrics } from './metrics.ts';
import { registerPages } from './pages.ts';
import { limitPipelining } from './pipelining.ts';
import { registerPresence } from './presence.ts';
import { registerPythonClient } from './python-client.ts';
import { registerQueue } from './queue.ts';
import { HttpRefusal } from './refusal.ts';

/** Bounds for whoever is slow, silent or long-winded before it is known who it is (FAULTS 22). */
const patience: ServerOptions = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 4000,
  requestTimeout: 4000,
  keepAliveTimeout: 4000,
  connectionsCheckingInterval: 250,
};
/** Whether a request asks for a WebSocket. Clients that offer HTTP/2 on every request, such as Java's, are answered in HTTP/1.1. */
const shouldUpgradeCallback = ({ headers }: IncomingMessage) => /websocket/i.test(headers.upgrade ?? '');
/** The same for the handshake of TLS, before HTTP begins; unless said it is two minutes. */
const tlsPatience = { handshakeTimeout: 4000 } as const;
const bodyBytesMax = 64 * 1024;

export interface TlsFiles {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

export interface HttpServerOptions {
  readonly context: HttpContext;
  readonly tls?: TlsFiles;
  /** Addresses and networks of trusted proxies; none unless said. */
  readonly trustProxy: readonly string[];
  /** Told of errors that are bugs; the client gets no details. */
  readonly onBug: (error: Error, request: string) => void;
}

/** The HTTP side as the rest of the relay uses it. */
export interface HttpSide {
  /** Listens; resolves with the port. */
  listen(host: string, port: number): Promise<number>;
  onUpgrade(handle: (request: IncomingMessage, socket: Socket, head: Buffer) => void): void;
  /** Answers who waits for the end of a message with what is known of it, as the relay shuts down. */
  endWaits(): void;
  /** New certificates for new connections. */
  setTls(tls: TlsFiles): void;
  close(): Promise<void>;
}

/** Builds the HTTP side, which does not listen yet. */
export function createHttpServer(options: HttpServerOptions): HttpSide {
  const { context, tls, trustProxy } = options;
  // Fastify is typed for one kind of server at a time; a TLS server has all that it uses of the plain one.
  let tlsServer: TlsServer | undefined;
  const serverFactory = (handler: RequestListener): Server => {
    if (tls === undefined) {
      const server = createServer({ ...patience, shouldUpgradeCallback }, handler);
      limitPipelining(server, 'connection', context.clock);
      return server;
    }
    tlsServer = createTlsServer({ ...patience, ...tlsPatience, shouldUpgradeCallback, ...tls }, handler);
    limitPipelining(tlsServer, 'secureConnection', context.clock);
    return tlsServer;
  };
  const answerError = (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
    const { code, message } = describeError(error);
    if (code === 'internal_error') options.onBug(error, `${request.method} ${request.routeOptions.url ?? ''}`);
    return reply.code(error.statusCode ?? httpStatusOf(code)).send({ status: 'error', code, message });
  };
  const fastify = Fastify({
    serverFactory,
    clientErrorHandler: answerClientError,
    frameworkErrors: answerError,
    bodyLimit: bodyBytesMax,
    trustProxy: trustProxy.length > 0 ? [...trustProxy] : false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
    forceCloseConnections: true,
    return503OnClosing: false,
    // Fastify would turn null into "" and true into "true" to please a schema: a value is taken as it is, or refused.
    ajv: { customOptions: { coerceTypes: false } },
  }).withTypeProvider<TypeBoxTypeProvider>();
  fastify.setErrorHandler(answerError);
  // Messages have a rate of their own.
  fastify.addHook('onRequest', async (request) => {
    if (request.routeOptions.url !== messagesPath) await context.pace.turn(request);
  });
  fastify.addHook('onRequest', (request) => authorizeBody(context, request));
  fastify.addHook('onResponse', async (_request, reply) => context.metrics.noteRequest(reply.statusCode));
  fastify.setNotFoundHandler((request, reply) => {
    // Without the query: a key that somebody wrote there by mistake is not said again (FAULTS 32).
    const path = request.url.split('?', 1)[0] ?? '';
    const message = `there is no ${request.method} ${JSON.stringify(path.slice(0, 200))} here`;
    return reply.code(404).send({ status: 'error', code: 'not_found', message });
  });
  registerHealth(fastify, context);
  registerMetrics(fastify, context);
  registerPresence(fastify, context);
  registerDevices(fastify, context);
  registerMessages(fastify, context);
  registerQueue(fastify, context);
  registerAdmin(fastify, context);
  registerBackup(fastify, context);
  registerPythonClient(fastify, context);
  registerPages(fastify, context);
  return {
    async listen(host, port) {
      await fastify.listen({ host, port });
      const address = fastify.server.address();
      return typeof address === 'object' && address !== null ? address.port : port;
    },
    onUpgrade: (handle) => void fastify.server.on('upgrade', handle),
    endWaits() {
      for (const end of [...context.waits]) end();
    },
    setTls: (files) => tlsServer?.setSecureContext(files),
    close: () => fastify.close(),
  };
}

function describeError(error: FastifyError): { code: RelayCode; message: string } {
  if (error instanceof HttpRefusal) return { code: error.code, message: error.message };
  if (error instanceof StoreUnavailableError) {
    return {
      code: 'store_unavailable',
      message: "the relay's disk or database is not available now: nothing was changed",
    };
  }
  if (error.statusCode !== undefined && error.statusCode < 500) return { code: 'bad_request', message: error.message };
  return { code: 'internal_error', message: 'the relay failed at this request; its log says more' };
}
