/** A room at work for scripted runs of the commander: the same devices, in the same state, in every run. */
import { createRelayClient } from '../../../src/client/relay-client.ts';
import type { RelayClient } from '../../../src/client/types.ts';
import { relayCommand, type ServedRelay, startServe } from '../built-relay.ts';
import { openRoom, type TestRoom } from '../contract/test-room.ts';
import { type HeadlessTerminal, openHeadless } from '../headless/headless-terminal.ts';
import type { RawWebSocket } from '../raw-websocket.ts';

export interface Workshop extends AsyncDisposable {
  readonly relay: ServedRelay;
  readonly room: TestRoom;
  /** Answers every command, `jam` with a failure. */
  readonly gate: RelayClient;
  /** Reads and says nothing. */
  readonly mouse: RelayClient;
  /** Told to, it takes a command and is gone before it has said so. */
  readonly robot: RawWebSocket;
  /** Sends what it is told to. */
  readonly sensor: RelayClient;
  /** The commander of this room, under the name `desk`. */
  open(size: Size, options?: OpenOptions): HeadlessTerminal;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The sizes that the layouts are made for (UX "The commander"). */
export const large: Size = { columns: 120, rows: 36 };
export const usual: Size = { columns: 80, rows: 24 };
export const small: Size = { columns: 40, rows: 12 };

export interface OpenOptions {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly home?: string;
}

/** The commander of somebody who has nothing yet. */
export function openFresh({ columns, rows }: Size): HeadlessTerminal {
  return openHeadless({ columns, rows, command: relayCommand });
}

async function connectDevice(room: TestRoom, id: string): Promise<RelayClient> {
  const credentials = { deviceToken: await room.token(id) };
  const client = createRelayClient({ url: room.relay.url, credentials, extensions: ['from'] });
  await client.ready();
  return client;
}

function answerEverything(gate: RelayClient): void {
  gate.on('message', ({ id, from, payload: { cmd } }) => {
    if (from === undefined || id === undefined) return;
    const answer = cmd === 'jam' ? { ok: false, error: 'it is stuck' } : { ok: true };
    void gate.send(from, { _re: id, ...answer });
  });
}

/** Registered and never seen: one of them with a full queue. */
async function addPumps(room: TestRoom): Promise<void> {
  for (const id of ['pump-1', 'pump-2']) await room.token(id);
  await using boss = await room.controller('boss');
  for (const litres of [1, 2]) boss.sendJson({ target: 'pump-2', cmd: 'fill', litres });
  await room.untilWaiting('pump-2', 2);
}

/** One that was here and left, so that there is something to be said of when it was seen last. */
async function addVisitor(room: TestRoom): Promise<void> {
  await using _visitor = await room.device('lamp-4');
  await room.untilPresence('lamp-4', 'online');
}

export async function openWorkshop(): Promise<Workshop> {
  const relay = await startServe();
  const room = await openRoom(relay, { queue_messages: '2' });
  await addPumps(room);
  await addVisitor(room);
  const gate = await connectDevice(room, 'gate-7');
  answerEverything(gate);
  const mouse = await connectDevice(room, 'mouse_pi');
  const sensor = await connectDevice(room, 'sensor-001');
  const robot = await room.device('robot-9');
  await room.untilPresence('lamp-4', 'offline');
  return {
    relay,
    room,
    gate,
    mouse,
    robot,
    sensor,
    open({ columns, rows }, { flags = [], env = {}, home } = {}) {
      const own = { RELAY_URL: relay.url, RELAY_AUTH_KEY: room.authKey, RELAY_SENDER: 'desk', ...env };
      const command = [...relayCommand, ...flags];
      return openHeadless({ columns, rows, command, env: own, ...(home === undefined ? {} : { home }) });
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([gate.close(), mouse.close(), sensor.close(), robot[Symbol.asyncDispose]()]);
      await relay[Symbol.asyncDispose]();
    },
  };
}
