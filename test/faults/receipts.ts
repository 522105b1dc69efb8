import { login, type TestRoom } from '../e2e/contract/test-room.ts';
import { opcodes, readClose } from '../e2e/raw-frame.ts';
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

function toldIn({ _id, status, code }: Readonly<Record<string, unknown>>): Told | undefined {
  return typeof _id === 'string' ? { id: _id, state: String(status === 'error' ? code : status) } : undefined;
}

/** The next receipt or error, the code of the close that came instead, or undefined when the connection just went. */
async function nextToldOrClose(socket: RawWebSocket): Promise<Told | number | undefined> {
  for (;;) {
    const frame = await socket.nextFrame().catch(() => undefined);
    if (frame === undefined) return undefined;
    if (frame.opcode === opcodes.close) return readClose(frame).code;
    const told = frame.opcode === opcodes.text ? toldIn(JSON.parse(frame.payload.toString())) : undefined;
    if (told !== undefined) return told;
  }
}

export async function openReceiptSender(room: TestRoom, id = 'sender'): Promise<ReceiptSender> {
  const credentials = { auth_key: room.authKey, sender: id, extensions: ['receipts'] };
  const socket = await login(room.relay.url, credentials);
  return {
    socket,
    send: (target, messageId, text = '') => socket.sendJson({ target, _id: messageId, text }),
    async nextTold() {
      for (;;) {
        const told = toldIn(await socket.nextJson());
        if (told !== undefined) return told;
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
 * Sends one message for each that was told about, until it need not go on or the connection ends; then it resolves with the
 * close code, if there was one. Ids are `PREFIX-NUMBER`, targets take turns.
 */
export async function load(sender: ReceiptSender, prefix: string, options: LoadOptions): Promise<number | undefined> {
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
    const told = await nextToldOrClose(sender.socket);
    if (typeof told === 'number' || told === undefined) return told;
    underWay -= 1;
    onTold?.(told);
    if (goesOn()) sendOne();
  }
  return undefined;
}
