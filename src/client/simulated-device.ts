import { type Clock, systemClock } from './clock.ts';
import { createRelayClient } from './relay-client.ts';
import type { ClientCredentials, ReceivedMessage, RelayClient } from './types.ts';

/** What goes wrong with a device on purpose. */
export interface SimulatedFaults {
  /** Answers come so much later, in milliseconds. */
  readonly delayMs?: number | undefined;
  /** The share of commands that are lost on the way in, from 0 to 1: they are neither done nor answered. */
  readonly dropShare?: number | undefined;
  /**
   * After so many commands its line is half open: it reads nothing any more and answers nothing, not even pings, and does not
   * hang up, as if its cable had been pulled.
   */
  readonly halfOpenAfter?: number | undefined;
}

/** A device token, or a master key with a name; the address as `createRelayClient` takes it. */
export type SimulatedDeviceOptions = ClientCredentials & {
  readonly url: string;
  /** Own certificate authorities in PEM, beside the well-known ones. */
  readonly ca?: string | undefined;
  readonly faults?: SimulatedFaults | undefined;
};

/** What a simulation needs from outside; tests bring their own. */
export interface SimulatedDevicePorts {
  readonly clock: Pick<Clock, 'after'>;
  readonly random: () => number;
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

/** Connects a simulated mouse. It stays connected, as an unattended device does. */
export function createSimulatedDevice(
  options: SimulatedDeviceOptions,
  ports: SimulatedDevicePorts = { clock: systemClock, random: Math.random },
): SimulatedDevice {
  const { url, ca, faults = {}, ...credentials } = options;
  const { delayMs = 0, dropShare = 0, halfOpenAfter = Number.POSITIVE_INFINITY } = faults;
  const client = createRelayClient({ url, credentials, ca });
  let mouse: MouseState = { x: 0, y: 0, clicks: 0 };
  let commands = 0;

  function handleCommand(asker: string, { payload, id }: ReceivedMessage): void {
    if (commands >= halfOpenAfter || ports.random() < dropShare) return;
    commands += 1;
    const { state, answer } = reactAsMouse(mouse, payload);
    mouse = state;
    const reply = id === undefined ? answer : { _re: id, ...answer };
    if (delayMs > 0) ports.clock.after(delayMs, () => send(asker, reply));
    else send(asker, reply);
    if (commands >= halfOpenAfter) client.pause();
  }

  function send(asker: string, reply: Payload): void {
    // A connection that is lost now takes the answer with it, as with any device; whoever asked will ask again.
    client.send(asker, reply).catch(() => undefined);
  }

  client.on('message', (message) => {
    if (client.state.phase !== 'authenticated') return;
    const asker = answerTo(message, client.state.clientId);
    if (asker !== undefined) handleCommand(asker, message);
  });
  if (halfOpenAfter <= 0) client.pause();
  return { client, close: () => client.close(), [Symbol.asyncDispose]: () => client.close() };
}
