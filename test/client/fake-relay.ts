/** A server that knows part A of the contract and nothing else, written apart from ours: the client must work against it. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import { createInbox, type Inbox } from './inbox.ts';

/** Master keys and device tokens that the fake lets in; the token of a device is `token-of-` and its id. */
export const goodKey = 'good-key';

interface FakeSession {
  readonly clientId: string;
  readonly socket: WebSocket;
  /** The headers of the upgrade. */
  readonly headers: IncomingHttpHeaders;
  /** The first message, as it came. */
  readonly credentials: string;
  /** Everything after the credentials, as it came. */
  readonly received: Inbox<string>;
}

export interface FakeRelay {
  readonly url: string;
  readonly port: number;
  /** Sessions in the order of their logins. */
  readonly logins: Inbox<FakeSession>;
  /** Errors that ended a handshake. */
  readonly refusals: Inbox<string>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface FakeRelayOptions {
  readonly port?: number;
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Answers credentials in another way than the contract says; true when it did. */
  readonly onCredentials?: (text: string, socket: WebSocket) => boolean;
  /** Does something else with a message than the contract says; true when it did. */
  readonly onMessage?: (text: string, session: FakeSession) => boolean;
  /** Answers the upgrade with this instead of a WebSocket. */
  readonly upgradeAnswer?: string;
}

function clientIdFor(credentials: Record<string, unknown>): string | undefined {
  const { device_token: token, auth_key: key, sender } = credentials;
  if (typeof token === 'string') return token.startsWith('token-of-') ? token.slice('token-of-'.length) : undefined;
  return key === goodKey && typeof sender === 'string' ? sender : undefined;
}

/** A room with its sessions and its queues. */
function createRoom(options: FakeRelayOptions) {
  const logins = createInbox<FakeSession>();
  const refusals = createInbox<string>();
  const online = new Map<string, FakeSession>();
  const queues = new Map<string, string[]>();

  function login(text: string, socket: WebSocket, headers: IncomingHttpHeaders): FakeSession | undefined {
    if (options.onCredentials?.(text, socket)) return undefined;
    const clientId = clientIdFor(JSON.parse(text));
    if (clientId === undefined) {
      const error = { status: 'error', code: 'invalid_credentials', message: 'the key is not known' };
      socket.send(JSON.stringify(error));
      socket.close(4003);
      refusals.put(text);
      return undefined;
    }
    online.get(clientId)?.socket.close(4009, 'a newer session took the id');
    const session: FakeSession = { clientId, socket, headers, credentials: text, received: createInbox<string>() };
    online.set(clientId, session);
    socket.on('close', () => {
      if (online.get(clientId) === session) online.delete(clientId);
    });
    socket.send(JSON.stringify({ status: 'authenticated', client_id: clientId }));
    for (const waiting of queues.get(clientId) ?? []) socket.send(`${waiting.slice(0, -1)},"_offline_queued":true}`);
    queues.delete(clientId);
    logins.put(session);
    return session;
  }

  function route(text: string, session: FakeSession): void {
    session.received.put(text);
    if (options.onMessage?.(text, session)) return;
    const message = JSON.parse(text);
    if (message.target === undefined && message.action === 'ping') {
      session.socket.send('{"status":"pong"}');
    } else if (typeof message.target !== 'string') {
      session.socket.send(JSON.stringify({ status: 'error', code: 'missing_target', message: 'no target' }));
    } else if (online.has(message.target)) {
      online.get(message.target)?.socket.send(text);
    } else {
      queues.set(message.target, [...(queues.get(message.target) ?? []), text]);
    }
  }

  return { logins, refusals, login, route };
}

export async function startFakeRelay(options: FakeRelayOptions = {}): Promise<FakeRelay> {
  const room = createRoom(options);
  const server = options.tls === undefined ? createServer() : createTlsServer(options.tls);
  const sockets = new WebSocketServer({ noServer: true });
  const connections = new Set<Duplex>();
  server.on('connection', (connection: Duplex) => {
    connections.add(connection);
    connection.on('error', () => undefined);
    connection.on('close', () => connections.delete(connection));
  });
  server.on('upgrade', (request: IncomingMessage, connection: Duplex, head: Buffer) => {
    if (options.upgradeAnswer !== undefined || request.url !== '/ws/connect/') {
      connection.end(options.upgradeAnswer ?? 'HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, connection, head, (socket) => {
      let session: FakeSession | undefined;
      socket.on('error', () => undefined);
      socket.on('message', (data) => {
        if (socket.readyState !== WebSocket.OPEN) return;
        if (session === undefined) session = room.login(data.toString(), socket, request.headers);
        else room.route(data.toString(), session);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the fake relay has no port');
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const connection of connections) connection.destroy();
    });
  return {
    url: `${options.tls === undefined ? 'ws' : 'wss'}://127.0.0.1:${address.port}/ws/connect/`,
    port: address.port,
    logins: room.logins,
    refusals: room.refusals,
    close,
    [Symbol.asyncDispose]: close,
  };
}
