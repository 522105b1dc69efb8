import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { connectPath } from '../../protocol/messages.ts';

export interface UpgradeOptions {
  /** Origins that may connect; undefined means any, none at all included (PROTOCOL A1). */
  readonly origins: readonly string[] | undefined;
  /** Whether the address has as many unauthenticated sockets as it may have. */
  readonly isFull: boolean;
  readonly isDraining: boolean;
}

/** Why an upgrade is refused, as an HTTP status and a sentence. */
export interface UpgradeRefusal {
  readonly status: string;
  readonly code: string;
  readonly message: string;
}

/** Decides whether a request may become a WebSocket. What the handshake itself needs, the WebSocket library checks. */
export function checkUpgrade(request: IncomingMessage, options: UpgradeOptions): UpgradeRefusal | undefined {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  if (path !== connectPath && `${path}/` !== connectPath) {
    return { status: '404 Not Found', code: 'not_found', message: `WebSockets connect at ${connectPath}` };
  }
  const { origin } = request.headers;
  if (options.origins !== undefined && origin !== undefined && !options.origins.includes(origin)) {
    return { status: '403 Forbidden', code: 'forbidden', message: 'this Origin may not connect here (--origin)' };
  }
  if (options.isDraining) {
    return { status: '503 Service Unavailable', code: 'going_away', message: 'the relay shuts down or restarts' };
  }
  if (options.isFull) {
    const message = 'too many sockets of this address are not authenticated yet (pending_connections)';
    return { status: '503 Service Unavailable', code: 'too_many_connections', message };
  }
  return undefined;
}

/** Answers an upgrade with an error and ends the socket, which may break meanwhile. */
export function refuseUpgrade(socket: Duplex, refusal: UpgradeRefusal, onError: (error: Error) => void): void {
  socket.on('error', onError);
  const body = JSON.stringify({ status: 'error', code: refusal.code, message: refusal.message });
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${refusal.status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
