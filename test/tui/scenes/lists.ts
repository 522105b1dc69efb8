/** Devices, messages and composer, at every size and in every state of the connection. */
import { received, startMs } from '../harness.ts';
import { large, lost, replaced, report, type Scene, sayTapped, small, usual, work } from './room.ts';

export const listScenes: readonly Scene[] = [
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
