/** Scripted runs of the commander: what happened, and what was pressed, up to a screen that is worth a look. */
import type { DeviceDetail } from '../../src/client/http-types.ts';
import type { Action } from '../../src/tui/state/action.ts';
import type { Size } from '../../src/tui/state/state.ts';
import { createHarness, type Harness, offline, online, ownSession, received, startMs } from './harness.ts';

export interface Scene {
  readonly name: string;
  readonly size: Size;
  /** ASCII characters alone. */
  readonly isAscii?: true;
  readonly play: (commander: Harness) => void;
}

const large: Size = { columns: 120, rows: 36 };
const usual: Size = { columns: 80, rows: 24 };
const small: Size = { columns: 40, rows: 12 };

const devices = [
  online('gate-7'),
  online('mouse_pi'),
  offline('pump-1', 0, 3_600_000),
  offline('pump-2', 4, 180_000),
  ...Array.from({ length: 9 }, (_, n) => online(`sensor-${String(n + 1).padStart(3, '0')}`)),
];

function report(n: number): Action {
  const sender = `sensor-${String((n % 9) + 1).padStart(3, '0')}`;
  const payload = { type: 'temp.report', temp: 20 + ((n * 7) % 30) / 10, hum: 40 + (n % 5) };
  return received({ target: 'me', sender, ...payload }, startMs + n * 137);
}

function send(commander: Harness, text: string): void {
  commander.press('i', 'ctrl+u');
  commander.type(text);
  commander.press('enter');
  if (commander.state.overlay?.kind === 'confirm-send') commander.press('y');
}

/** A day at work: reports come, commands go, each at another point of its way. */
function work(commander: Harness): void {
  for (let n = 0; n < 12; n++) commander.act(report(n));
  commander.wait(2000);
  send(commander, '@sensor-001 {"cmd":"reboot","delay":5}');
  commander.act(received({ target: 'me', sender: 'sensor-001', _re: 'c-test-1', ok: true }, startMs + 2038));
  send(commander, '@pump-2 {"cmd":"fill","litres":2}');
  send(commander, '@pump-1 {"cmd":"drain","_ttl":1}');
  send(commander, '@gate-7 {"cmd":"open"}');
  send(commander, '@mouse_pi {"cmd":"move","x":10,"y":5}');
  const tell = (seq: number, fate: Extract<Action, { type: 'send-told' }>['fate']) =>
    commander.act({ type: 'send-told', seq, fate });
  tell(15, { status: 'queued' });
  tell(16, { status: 'expired' });
  tell(17, { status: 'delivered' });
  tell(18, { status: 'error', code: 'queue_full', message: 'the queue of mouse_pi is full: 50 messages wait for it' });
  for (let n = 15; n < 19; n++) commander.act(report(n));
  commander.wait(1000);
  commander.press('escape', '1');
}

const detail: DeviceDetail = {
  device: 'pump-2',
  state: 'offline',
  online_since: null,
  last_seen: new Date(startMs - 180_000).toISOString(),
  waiting: 2,
  registered: true,
  address: null,
  created_at: new Date(startMs - 86_400_000).toISOString(),
  outcomes: [
    { state: 'delivered', from: 'boss', count: 3, at: new Date(startMs - 200_000).toISOString() },
    { state: 'queued', from: 'me', count: 2, at: new Date(startMs - 60_000).toISOString() },
  ],
};

function queued(seq: number, payload: string) {
  const at = new Date(startMs - 60_000).toISOString();
  return { seq, from: 'me', queued_at: at, expires_at: null, attempts: 0, handed: false, payload };
}

const looked: Action = {
  type: 'device-looked',
  id: 'pump-2',
  detail,
  queue: {
    target: 'pump-2',
    waiting: 2,
    bytes: 60,
    messages: [queued(7, '{"cmd":"fill","litres":2}'), queued(8, '{"cmd":"stop"}')],
  },
  problem: undefined,
};

const snippets = new Map([
  ['open', { payload: '{"cmd":"open","seconds":{{seconds}}}', targets: ['gate-7'] }],
  ['park', { payload: '{"cmd":"move","x":0,"y":0}', targets: ['mouse_pi'] }],
]);

function sayTapped(commander: Harness): void {
  const said = { outcome: 'delivered', dropped: 0, receivedAtMs: startMs + 3000 } as const;
  commander.act({
    type: 'tapped',
    messages: [
      { ...said, from: 'boss', target: 'gate-7', text: '{"cmd":"open"}', payload: {} },
      { ...said, from: 'gate-7', target: 'boss', text: '{"ok":true}', payload: {} },
    ],
  });
}

const replaced = {
  kind: 'replaced',
  closeCode: 4009,
  reason: 'another session took the client id "me" from 10.0.0.7 at 2026-07-30 12:03:14',
} as const;
const lost = { kind: 'lost', closeCode: 1006, reason: 'the connection to the relay broke off' } as const;

export const scenes: readonly Scene[] = [
  {
    name: 'day',
    size: large,
    play(commander) {
      work(commander);
      commander.press('space', 'j', 'j', 'j', 'space', 'i');
      commander.type('{"cmd":"reboot",\n"delay":5}');
    },
  },
  {
    name: 'day-readme',
    size: { columns: 120, rows: 20 },
    play(commander) {
      work(commander);
      commander.press('i');
      commander.type('@pump-2 {"cmd":"fill","litres":2}');
    },
  },
  { name: 'day-80x24', size: usual, play: work },
  {
    name: 'messages-80x24',
    size: usual,
    play(commander) {
      work(commander);
      commander.press('2');
    },
  },
  {
    name: 'composer-80x24',
    size: usual,
    play(commander) {
      work(commander);
      commander.press('i');
      commander.type('@gate-7 {"cmd":"say",\n"text":"a command\nof many lines",\n"n":[1,\n2,\n3');
    },
  },
  { name: 'devices-40x12', size: small, play: work },
  {
    name: 'messages-40x12',
    size: small,
    play(commander) {
      work(commander);
      commander.press('2');
    },
  },
  {
    name: 'detail',
    size: large,
    play(commander) {
      work(commander);
      commander.act(
        received({ sender: 'gate-7', open: false, by: 'hand', motor: { speed: 12345678901234567890n.toString() } }),
      );
      commander.act(received({ sender: 'gate-7', open: true, motor: { speed: 3 }, error: null }));
      commander.press('2', 'enter');
    },
  },
  {
    name: 'paused-and-filtered',
    size: large,
    play(commander) {
      work(commander);
      commander.press('2', '/');
      commander.type('from=sensor-* temp=21*');
      commander.press('enter', 'space');
      for (let n = 30; n < 1234; n++) commander.act(report(n));
    },
  },
  {
    name: 'filter',
    size: usual,
    play(commander) {
      work(commander);
      commander.press('2', '/');
    },
  },
  {
    name: 'wrapped-with-date',
    size: large,
    play(commander) {
      const text = 'a text that is longer than a row of this terminal, and goes on in the rows below it. '.repeat(3);
      commander.act(received({ sender: 'gate-7', text }), received({ sender: 'gate-7', n: 2 }, startMs + 86_400_000));
      commander.press('2', 'w', 't', 't');
    },
  },
  {
    name: 'tap',
    size: large,
    play(commander) {
      work(commander);
      commander.press('T');
      sayTapped(commander);
    },
  },
  {
    name: 'device-sheet',
    size: usual,
    play(commander) {
      work(commander);
      commander.press('j', 'j', 'j', 'enter');
      commander.act(looked);
    },
  },
  {
    name: 'cancel',
    size: usual,
    play(commander) {
      work(commander);
      commander.press('j', 'j', 'j', 'enter');
      commander.act(looked);
      commander.press('X');
    },
  },
  {
    name: 'new-device',
    size: usual,
    play(commander) {
      commander.press('a');
      commander.type('pump-3');
      commander.press('enter');
      const url = 'wss://relay.example/ws/connect/';
      const token = 'rly_device_EXAMPLE_this-token-is-shown-once';
      commander.act({
        type: 'device-added',
        device: { id: 'pump-3', token, url, worker: '#!/usr/bin/env python3\n# …' },
      });
    },
  },
  {
    name: 'palette',
    size: usual,
    play(commander) {
      commander.press(':');
      commander.type('mess');
    },
  },
  {
    name: 'snippets',
    size: usual,
    play(commander) {
      commander.press('i');
      commander.act({ type: 'snippets-listed', snippets });
    },
  },
  {
    name: 'snippet-value',
    size: usual,
    play(commander) {
      commander.press('i');
      commander.act({ type: 'snippets-listed', snippets });
      commander.press('enter');
      commander.type('5');
    },
  },
  {
    name: 'profiles',
    size: usual,
    play(commander) {
      const profiles = [
        { name: 'prod', url: 'wss://relay.example' },
        { name: 'workshop', url: 'ws://192.168.1.20:8787' },
      ];
      commander.act({ type: 'profiles-listed', profiles });
    },
  },
  {
    name: 'send-to-several',
    size: usual,
    play(commander) {
      work(commander);
      commander.press('i');
      commander.type('@gate-7 @pump-* {"cmd":"stop"}');
      commander.press('enter');
    },
  },
  {
    name: 'mistake',
    size: large,
    play(commander) {
      commander.press('i');
      commander.type('@gate-7 {"cmd":open}');
    },
  },
  {
    name: 'fields',
    size: large,
    play(commander) {
      commander.press('i');
      commander.type('@mouse_pi cmd=move x:=10 y:=5');
    },
  },
  {
    name: 'completion',
    size: large,
    play(commander) {
      commander.press('i');
      commander.type('@pu');
      commander.press('tab');
    },
  },
  {
    name: 'errors',
    size: usual,
    play(commander) {
      work(commander);
      commander.press('e');
    },
  },
  { name: 'help', size: usual, play: (commander) => commander.press('?') },
  {
    name: 'quit-with-others',
    size: usual,
    play(commander) {
      const local = { ownIds: ['simulated_mouse'] };
      commander.act({ type: 'relay-chosen', label: 'local', url: 'ws://127.0.0.1:8787/ws/connect/', local });
      commander.act({ type: 'devices-polled', devices: [online('simulated_mouse'), online('arm')], isComplete: true });
      commander.press('q');
    },
  },
  {
    name: 'not-connected',
    size: large,
    play(commander) {
      work(commander);
      const connection = { phase: 'waiting', attempt: 3, retryAtMs: startMs + 8000, ending: lost } as const;
      commander.act({ type: 'connection-changed', connection });
    },
  },
  {
    name: 'taken-over',
    size: large,
    play(commander) {
      work(commander);
      commander.act({ type: 'connection-changed', connection: { phase: 'closed', ending: replaced } });
    },
  },
  {
    name: 'hostile',
    size: usual,
    play(commander) {
      const nasty = 'gate\u202e7\u001b[2J\u001b]8;;http://x\u0007\u009b2J\u200b温度';
      commander.act(received({ sender: nasty, note: nasty, long: 'x'.repeat(256 * 1024) }));
      commander.press('2');
    },
  },
  { name: 'ascii', size: usual, isAscii: true, play: work },
];

export function playScene({ size, play }: Scene): Harness {
  const commander = createHarness({ size, devices, session: ownSession });
  play(commander);
  return commander;
}
