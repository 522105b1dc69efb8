import { createRelayClient } from './relay-client.ts';
import type { ReceivedMessage, RelayClient } from './types.ts';

export interface SimulatedDeviceOptions {
  /** The address as `createRelayClient` takes it. */
  readonly url: string;
  readonly deviceToken: string;
  /** Own certificate authorities in PEM, beside the well-known ones. */
  readonly ca?: string | undefined;
}

/** A device that is not there: it answers every command, so that the first minute needs no hardware. */
export interface SimulatedDevice {
  /** Its connection: state and events are those of any client. */
  readonly client: RelayClient;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a "mouse" knows about itself; a command moves it from one to the next. */
export interface MouseState {
  readonly x: number;
  readonly y: number;
  readonly clicks: number;
}

type Payload = Readonly<Record<string, unknown>>;

/** What a command does and what is answered to it. */
interface Reaction {
  readonly state: MouseState;
  readonly answer: Payload;
}

function refuse(state: MouseState, error: string): Reaction {
  return { state, answer: { ok: false, error } };
}

function move(state: MouseState, command: Payload): Reaction {
  const { x, y } = command;
  if (typeof x !== 'number' || typeof y !== 'number') return refuse(state, 'move needs the numbers x and y');
  const moved = { ...state, x, y };
  return { state: moved, answer: { ok: true, x: moved.x, y: moved.y } };
}

/** The mouse as a pure function: `move`, `click` and `status` it knows, everything else it echoes. */
export function reactAsMouse(state: MouseState, command: Payload): Reaction {
  switch (command.cmd) {
    case 'move':
      return move(state, command);
    case 'click': {
      const clicked = { ...state, clicks: state.clicks + 1 };
      return { state: clicked, answer: { ok: true, clicks: clicked.clicks } };
    }
    case 'status':
      return { state, answer: { ok: true, ...state } };
    default: {
      const { target: _target, sender: _sender, _id, ...echo } = command;
      return { state, answer: { ok: true, echo } };
    }
  }
}

/** Answers are not answered, or two devices that talk to each other would never end. */
function isAnswer(payload: Payload): boolean {
  return Object.hasOwn(payload, '_re') || typeof payload.ok === 'boolean';
}

/** To whom a message wants its answer; undefined when it wants none. */
function answerTo({ payload }: ReceivedMessage, ownId: string): string | undefined {
  const { sender } = payload;
  if (typeof sender !== 'string' || sender === ownId || isAnswer(payload)) return undefined;
  return sender;
}

/** Connects a simulated mouse with a device token. It stays connected, as an unattended device does. */
export function createSimulatedDevice(options: SimulatedDeviceOptions): SimulatedDevice {
  const client = createRelayClient({
    url: options.url,
    credentials: { deviceToken: options.deviceToken },
    ca: options.ca,
  });
  let mouse: MouseState = { x: 0, y: 0, clicks: 0 };
  client.on('message', (message) => {
    if (client.state.phase !== 'authenticated') return;
    const asker = answerTo(message, client.state.clientId);
    if (asker === undefined) return;
    const { state, answer } = reactAsMouse(mouse, message.payload);
    mouse = state;
    const { _id } = message.payload;
    // A connection that is lost now takes the answer with it, as with any device; whoever asked will ask again.
    client.send(asker, typeof _id === 'string' ? { _re: _id, ...answer } : answer).catch(() => undefined);
  });
  return { client, close: () => client.close(), [Symbol.asyncDispose]: () => client.close() };
}
