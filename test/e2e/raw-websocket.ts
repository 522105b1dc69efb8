/**
 * A WebSocket client at byte level: its own upgrade, its own masking, frames exactly as the test says, control frames visible.
 * It answers pings and closes like any client, unless told not to. Readers wait for what arrives; a deadline, far beyond
 * anything that is expected, ends the wait with words instead of a hanging test.
 */
import type { Socket } from 'node:net';
import {
  type Close,
  closePayload,
  createFrameReader,
  decodeUtf8,
  describeFrame,
  type Frame,
  type FrameOptions,
  opcodes,
  readClose,
  writeFrame,
} from './raw-frame.ts';
import { type HttpHead, openSocket, type UpgradeHeaders, upgrade } from './raw-upgrade.ts';

/** After so long without the awaited event a test fails with what it saw instead. */
const deadlineMs = 15_000;

export interface RawWebSocketOptions {
  /** Added to the upgrade request; undefined removes one of its own. */
  readonly headers?: UpgradeHeaders;
  /** The certificate authority of the relay, in PEM. */
  readonly ca?: string;
  /** Answer pings; true unless said. */
  readonly answersPings?: boolean;
  /** Answer a close frame with one; true unless said. */
  readonly answersClose?: boolean;
}

export interface RawWebSocket extends AsyncDisposable {
  /** Headers of the answer to the upgrade, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Pings that were received and answered automatically or not. */
  readonly pingsReceived: number;
  /** Switches the automatic pongs. */
  answersPings: boolean;

  /** The next frame of any kind. */
  nextFrame(): Promise<Frame>;
  /** The next text message, put together where it is fragmented; control frames are passed over, a close is an error. */
  nextText(): Promise<string>;
  /** The next text message, parsed. */
  nextJson(): Promise<Readonly<Record<string, unknown>>>;
  /** The close frame; pings and pongs are passed over, another message before it is an error. */
  nextClose(): Promise<Close>;
  /** The close frame, whatever comes before it. */
  closeAfterAll(): Promise<Close>;
  /** Resolves when the TCP connection is gone, with or without a close frame. */
  readonly gone: Promise<void>;

  sendText(text: string | Uint8Array): void;
  sendJson(value: unknown): void;
  sendFrame(frame: FrameOptions): void;
  sendClose(code?: number, reason?: string): void;
  /** Bytes as they are, frames or not. Resolves when the system took them, which it does not while nobody reads. */
  sendBytes(bytes: Uint8Array): Promise<void>;
  /** Stops taking bytes from the network, like a program that hangs. */
  pause(): void;
  resume(): void;
  /** Drops the connection without a goodbye. */
  destroy(): void;
}

/** Opens a WebSocket at the URL; rejects with `UpgradeRefusedError` where the answer is anything but 101. */
export async function openRawWebSocket(url: string, options: RawWebSocketOptions = {}): Promise<RawWebSocket> {
  const socket = await openSocket(url, options.ca);
  return talkOver(socket, await upgrade(socket, url, options.headers), options);
}

/** Frames that arrived, and the one reader who waits for the next. */
function createInbox() {
  const frames: Frame[] = [];
  let seen: readonly Frame[] = [];
  let failure: Error | undefined;
  let wake: (() => void) | undefined;

  const complain = (what: string, awaited: string) =>
    new Error(`${what}, waiting for ${awaited}; the last frames were ${JSON.stringify(seen.map(describeFrame))}`);

  function take(): Frame | undefined {
    const frame = frames.shift();
    if (frame !== undefined) seen = [...seen.slice(-4), frame];
    return frame;
  }

  return {
    push(frame: Frame): void {
      frames.push(frame);
      wake?.();
    },
    fail(error: Error): void {
      failure ??= error;
      wake?.();
    },
    /**
     * Waits for the next frame until the deadline of a wait that began at that time, so that pings in between do not prolong it.
     * The failure of a connection counts only when all frames before it were read.
     */
    async next(awaited: string, sinceMs = performance.now()): Promise<Frame> {
      if (wake !== undefined) throw complain('two readers at once', awaited);
      if (frames.length === 0 && failure === undefined) {
        await new Promise<void>((resolve) => {
          const deadline = setTimeout(resolve, sinceMs + deadlineMs - performance.now());
          wake = () => {
            clearTimeout(deadline);
            resolve();
          };
        });
        wake = undefined;
      }
      const frame = take();
      if (frame === undefined) throw complain(failure?.message ?? `nothing came within ${deadlineMs} ms`, awaited);
      return frame;
    },
  };
}

function isControl(frame: Frame): boolean {
  return frame.opcode === opcodes.ping || frame.opcode === opcodes.pong;
}

function talkOver(socket: Socket, head: HttpHead, options: RawWebSocketOptions): RawWebSocket {
  const inbox = createInbox();
  const answersClose = options.answersClose ?? true;
  const state = { answersPings: options.answersPings ?? true, pingsReceived: 0, saidClose: false };
  const sendFrame = (frame: FrameOptions) => {
    state.saidClose ||= frame.opcode === opcodes.close;
    socket.write(writeFrame(frame));
  };

  const read = createFrameReader((frame) => {
    if (frame.opcode === opcodes.ping) {
      state.pingsReceived += 1;
      if (state.answersPings) sendFrame({ opcode: opcodes.pong, payload: frame.payload });
    }
    const isAnswerDue = answersClose && !state.saidClose;
    if (frame.opcode === opcodes.close && isAnswerDue) sendFrame({ opcode: opcodes.close, payload: frame.payload });
    inbox.push(frame);
  });
  const receive = (chunk: Buffer) => {
    try {
      read(chunk);
    } catch (error) {
      inbox.fail(error instanceof Error ? error : new Error(String(error)));
      socket.destroy();
    }
  };
  const gone = new Promise<void>((resolve) => {
    socket.once('close', () => {
      inbox.fail(new Error('the connection is gone'));
      resolve();
    });
  });
  socket.on('error', (error) => inbox.fail(error));
  socket.on('data', receive);
  if (head.rest.length > 0) receive(head.rest);
  socket.resume();

  async function nextText(): Promise<string> {
    const parts: Buffer[] = [];
    const sinceMs = performance.now();
    for (;;) {
      const frame = await inbox.next('a text message', sinceMs);
      if (isControl(frame)) continue;
      const expected = parts.length === 0 ? opcodes.text : opcodes.continuation;
      if (frame.opcode !== expected) throw new Error(`${describeFrame(frame)} came instead of a text message`);
      parts.push(frame.payload);
      if (frame.fin) return decodeUtf8(Buffer.concat(parts));
    }
  }

  async function nextClose(): Promise<Close> {
    const sinceMs = performance.now();
    for (;;) {
      const frame = await inbox.next('a close', sinceMs);
      if (isControl(frame)) continue;
      if (frame.opcode !== opcodes.close) throw new Error(`${describeFrame(frame)} came instead of a close`);
      return readClose(frame);
    }
  }

  async function closeAfterAll(): Promise<Close> {
    for (;;) {
      const frame = await inbox.next('a close');
      if (frame.opcode === opcodes.close) return readClose(frame);
    }
  }

  return {
    headers: head.headers,
    gone,
    get pingsReceived() {
      return state.pingsReceived;
    },
    get answersPings() {
      return state.answersPings;
    },
    set answersPings(value) {
      state.answersPings = value;
    },
    nextFrame: () => inbox.next('a frame'),
    nextText,
    nextClose,
    closeAfterAll,
    nextJson: async () => JSON.parse(await nextText()),
    sendFrame,
    sendText: (payload) => sendFrame({ opcode: opcodes.text, payload }),
    sendJson: (value) => sendFrame({ opcode: opcodes.text, payload: JSON.stringify(value) }),
    sendClose: (code, reason) =>
      sendFrame({ opcode: opcodes.close, ...(code === undefined ? {} : { payload: closePayload(code, reason) }) }),
    sendBytes: (bytes) =>
      new Promise((resolve, reject) => socket.write(bytes, (error) => (error ? reject(error) : resolve()))),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    destroy: () => void socket.destroy(),
    async [Symbol.asyncDispose]() {
      socket.destroy();
      await gone;
    },
  };
}
