import type { FastifyRequest } from 'fastify';
import { authorizeAdmin } from './authorize.ts';
import type { HttpContext, HttpServer } from './context.ts';

/** What proxies add; a request that came through one is not from this machine, whatever its socket says. */
const forwardingHeaders = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'via',
] as const;

/** The address of the socket itself, with IPv4 on an IPv6 socket in either form. */
function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (address === '::1' || /^(::ffff:)?127\./.test(address));
}

function isFromThisMachine(request: FastifyRequest): boolean {
  return (
    isLoopback(request.socket.remoteAddress) && forwardingHeaders.every((name) => request.headers[name] === undefined)
  );
}

/** `GET /metrics`: Prometheus text, for this machine itself or with an admin key (PROTOCOL C). */
export function registerMetrics(server: HttpServer, context: HttpContext): void {
  server.get('/metrics', async (request, reply) => {
    if (!isFromThisMachine(request)) await authorizeAdmin(context, request);
    const text = await context.metrics.scrape();
    return reply.type(context.metrics.contentType).send(text);
  });
}
