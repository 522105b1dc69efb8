import { login, type TestRoom } from '../e2e/contract/test-room.ts';
import type { RawWebSocket } from '../e2e/raw-websocket.ts';

/** What the relay told about a message: the state of its receipt, or the code of its error. */
export interface Told {
  readonly id: string;
  readonly state: string;
}

/** A sender that asked for receipts (PROTOCOL B). */
export interface ReceiptSender extends AsyncDisposable {
  readonly socket: RawWebSocket;
  send(target: string, id: string, text?: string): void;
  /** The next receipt or error; other messages are passed over. */
  nextTold(): Promise<Told>;
}

export async function openReceiptSender(room: TestRoom, id = 'sender'): Promise<ReceiptSender> {
  const credentials = { auth_key: room.authKey, sender: id, extensions: ['receipts'] };
  const socket = await login(room.relay.url, credentials);
  return {
    socket,
    send: (target, messageId, text = '') => socket.sendJson({ target, _id: messageId, text }),
    async nextTold() {
      for (;;) {
        const { _id, status, code } = await socket.nextJson();
        if (typeof _id === 'string') return { id: _id, state: String(status === 'error' ? code : status) };
      }
    },
    [Symbol.asyncDispose]: () => socket[Symbol.asyncDispose](),
  };
}

/** Limits of a user whose queues take what a load test brings. */
export const roomy = {
  queue_messages: 'unlimited',
  queue_bytes: 'unlimited',
  message_rate: 'unlimited',
  user_message_rate: 'unlimited',
} as const;

export interface LoadOptions {
  readonly targets: readonly string[];
  /** Messages under way at a time. */
  readonly window: number;
  readonly text?: string;
  readonly onTold?: (told: Told) => void;
  /** Asked before each message; the load ends when nothing is under way any more. */
  readonly goesOn?: () => boolean;
}

/**
 * Sends one message for each that was told about, until it need not go on or the connection is gone. Ids are
 * `PREFIX-NUMBER`, targets take turns.
 */
export async function load(sender: ReceiptSender, prefix: string, options: LoadOptions): Promise<void> {
  const { targets, window, text, onTold, goesOn = () => true } = options;
  let sent = 0;
  let underWay = 0;
  const sendOne = () => {
    sender.send(targets[sent % targets.length] ?? '', `${prefix}-${sent}`, text);
    sent += 1;
    underWay += 1;
  };
  while (underWay < window && goesOn()) sendOne();
  while (underWay > 0) {
    const told = await sender.nextTold().catch(() => undefined);
    if (told === undefined) return;
    underWay -= 1;
    onTold?.(told);
    if (goesOn()) sendOne();
  }
}
