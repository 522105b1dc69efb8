/** What the scripted runs are made of: a room at work. */
import type { DeviceDetail } from '../../../src/client/http-types.ts';
import type { Action } from '../../../src/tui/state/action.ts';
import type { Size } from '../../../src/tui/state/state.ts';
import { createHarness, type Harness, offline, online, ownSession, received, startMs } from '../harness.ts';

export interface Scene {
  readonly name: string;
  readonly size: Size;
  /** ASCII characters alone. */
  readonly isAscii?: true;
  readonly play: (commander: Harness) => void;
}

export const large: Size = { columns: 120, rows: 36 };
export const usual: Size = { columns: 80, rows: 24 };
export const small: Size = { columns: 40, rows: 12 };

export const devices = [
  online('gate-7'),
  online('mouse_pi'),
  offline('pump-1', 0, 3_600_000),
  offline('pump-2', 4, 180_000),
  ...Array.from({ length: 9 }, (_, n) => online(`sensor-${String(n + 1).padStart(3, '0')}`)),
];

export function report(n: number): Action {
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
export function work(commander: Harness): void {
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

export const looked = {
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
} as const satisfies Action;

export const snippets = new Map([
  ['open', { payload: '{"cmd":"open","seconds":{{seconds}}}', targets: ['gate-7'] }],
  ['park', { payload: '{"cmd":"move","x":0,"y":0}', targets: ['mouse_pi'] }],
]);

export function sayTapped(commander: Harness): void {
  const said = { outcome: 'delivered', dropped: 0, receivedAtMs: startMs + 3000 } as const;
  commander.act({
    type: 'tapped',
    messages: [
      { ...said, from: 'boss', target: 'gate-7', text: '{"cmd":"open"}', payload: {} },
      { ...said, from: 'gate-7', target: 'boss', text: '{"ok":true}', payload: {} },
    ],
  });
}

export const replaced = {
  kind: 'replaced',
  closeCode: 4009,
  reason: 'another session took the client id "me" from 10.0.0.7 at 2026-07-30 12:03:14',
} as const;
export const lost = { kind: 'lost', closeCode: 1006, reason: 'the connection to the relay broke off' } as const;

export function playScene({ size, play }: Scene): Harness {
  const commander = createHarness({ size, devices, session: ownSession });
  play(commander);
  return commander;
}
