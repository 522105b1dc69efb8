/** One session with the relay that served this page, which comes back by itself (PROTOCOL A6). */
import { reconnectRule } from '../../../protocol/codes.ts';
import { connectPath, isObject, type RelayMessage } from '../../../protocol/messages.ts';
import { readRelayMessage } from '../../../protocol/read-relay-message.ts';
import type { Connection } from '../model/state.ts';

export interface SocketOptions {
  readonly authKey: string;
  /** A name of its own, so that it takes over nobody. */
  readonly sender: string;
  readonly onConnection: (connection: Connection) => void;
  /** What the relay itself says. */
  readonly onWord: (word: RelayMessage) => void;
  /** What another client sent: its id, the text as it came, and the `_id` that it answers. */
  readonly onPayload: (from: string, text: string, re: string | undefined) => void;
}

export interface RelaySocket {
  /** Whether it left. */
  send(text: string): boolean;
  /** Tries now instead of at the end of the wait. */
  retry(): void;
  close(): void;
}

const extensions = ['receipts', 'ttl', 'presence', 'from', 'ephemeral'];
const heartbeatMs = 30_000;
const answerTimeoutMs = 10_000;
const backoffMs = { first: 500, last: 30_000 } as const;
/** After a connection that lasted so long the backoff starts anew. */
const stableAfterMs = 30_000;

function endpoint(): string {
  const url = new URL(connectPath, location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/** Opens the session; it lasts until `close` or until the relay refuses it for good. */
export function openRelaySocket(options: SocketOptions): RelaySocket {
  let failures = 0;
  let socket: WebSocket | undefined;
  let retryTimer: number | undefined;
  let isClosed = false;

  function connect(): void {
    options.onConnection({ phase: 'connecting' });
    socket = startConnection(options, (ending) => {
      socket = undefined;
      if (isClosed) return;
      const { code, reason, lastedMs } = ending;
      // Somebody sits here: what was refused is asked again by them, not by a timer.
      if (reconnectRule(code) !== 'backoff') {
        options.onConnection({ phase: 'closed', reason });
        return;
      }
      failures = lastedMs > stableAfterMs ? 1 : failures + 1;
      const ceilingMs = Math.min(backoffMs.last, backoffMs.first * 2 ** Math.min(failures - 1, 10));
      const delayMs = Math.random() * ceilingMs;
      options.onConnection({ phase: 'waiting', reason, retryAtMs: Date.now() + delayMs });
      retryTimer = window.setTimeout(connect, delayMs);
    });
  }

  connect();
  return {
    send(text) {
      if (socket?.readyState !== WebSocket.OPEN) return false;
      socket.send(text);
      return true;
    },
    retry() {
      if (socket !== undefined || isClosed) return;
      window.clearTimeout(retryTimer);
      connect();
    },
    close() {
      isClosed = true;
      window.clearTimeout(retryTimer);
      socket?.close(1000);
    },
  };
}

interface Ending {
  readonly code: number;
  readonly reason: string;
  readonly lastedMs: number;
}

function startConnection(options: SocketOptions, onEnded: (ending: Ending) => void): WebSocket {
  const { authKey, sender } = options;
  const openedAtMs = Date.now();
  const socket = new WebSocket(endpoint());
  let clientId: string | undefined;
  let refusal: string | undefined;
  let heardAtMs = Date.now();

  const heartbeat = window.setInterval(() => {
    if (clientId === undefined) return;
    if (Date.now() - heardAtMs > heartbeatMs + answerTimeoutMs) end(1006, 'the relay was not heard any more');
    else socket.send('{"action":"ping"}');
  }, heartbeatMs / 2);
  let isEnded = false;
  function end(code: number, reason: string): void {
    if (isEnded) return;
    isEnded = true;
    window.clearInterval(heartbeat);
    socket.close();
    onEnded({ code, reason, lastedMs: clientId === undefined ? 0 : Date.now() - openedAtMs });
  }

  socket.addEventListener('open', () => socket.send(JSON.stringify({ auth_key: authKey, sender, extensions })));
  socket.addEventListener('close', ({ code }) => end(code, refusal ?? 'the relay cannot be reached'));
  socket.addEventListener('message', ({ data }: MessageEvent<string>) => {
    if (isEnded) return;
    heardAtMs = Date.now();
    const value: unknown = JSON.parse(data);
    const word = readRelayMessage(value, clientId === undefined ? undefined : { clientId, hasFrom: true });
    if (word?.status === 'authenticated') {
      clientId = word.client_id;
      socket.send('{"action":"watch"}');
      options.onConnection({ phase: 'authenticated', clientId, limits: word.limits ?? {} });
    } else if (word !== undefined) {
      if (word.status === 'error') refusal = word.message;
      options.onWord(word);
    } else if (isObject(value) && clientId !== undefined) {
      options.onPayload(String(value._from), data, typeof value._re === 'string' ? value._re : undefined);
    }
  });
  return socket;
}
