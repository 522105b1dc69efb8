import fc from 'fast-check';
import { renderToString } from 'ink';
import { describe, expect, it } from 'vitest';
import { Screen } from '../../../src/tui/app.tsx';
import { type ConnectForm, emptyForm } from '../../../src/tui/state/connect-form.ts';
import { initialState, type Size } from '../../../src/tui/state/state.ts';
import { cellWidth } from '../../../src/tui/text/cells.ts';
import { createLook } from '../../../src/tui/text/look.ts';
import { createHarness, type Harness, offline, online, ownSession, received, startMs } from '../harness.ts';

const plain = createLook({ isAscii: false, hasColor: false });
const devices = [online('gate-7'), offline('pump-2', 4, 180_000), online('sensor-001')];

function screenOf({ state }: Pick<Harness, 'state'>, look = plain): string {
  return renderToString(<Screen state={state} look={look} />, { columns: state.size.columns });
}

/** A report, and a command that was answered. */
function busyCommander(size: Size): Harness {
  const commander = createHarness({ size, devices });
  commander.act(received({ sender: 'gate-7', type: 'temp.report', temp: 21.4 }));
  commander.type('@sensor-001 {"cmd":"reboot","delay":5}');
  commander.press('enter');
  commander.act(received({ target: 'me', sender: 'sensor-001', _re: 'c-test-1', ok: true }, startMs + 38));
  commander.press('escape', '1', 'j', 'space');
  return commander;
}

describe('the screen', () => {
  it('shows devices, messages and composer side by side where there is room', () => {
    expect(screenOf(busyCommander({ columns: 100, rows: 18 })).split('\n')).toEqual([
      ' softlab-relay   prod ● wss://relay.example 22ms   devices 2/3   in 0/s out 0/s   ▶ FOLLOW',
      '╭ 1 Devices 3 › ──────── 1 * ╮╭ 2 Messages ───────────────────────────────────────────────────── 3 ╮',
      '│   ● gate-7                 ││   12:03:11 ← gate-7      {"type":"temp.report","temp":21.4}        │',
      '│ › ○ pump-2     3m ago ⧗4 * ││   12:03:11 → sensor-001  {"cmd":"reboot","delay":5}  replied 38 ms │',
      '│   ● sensor-001             ││   12:03:11 ← sensor-001  {"_re":"c-test-1","ok":true}              │',
      ...Array.from({ length: 8 }, () => `│${' '.repeat(28)}││${' '.repeat(68)}│`),
      `╰ / filter · Space mark ─────╯╰${'─'.repeat(68)}╯`,
      `╭ 3 Compose → pump-2 ○ (waits in its queue) ${'─'.repeat(55)}╮`,
      `│ {"cmd":"status"}      ${' '.repeat(75)}│`,
      `╰ Enter send · ^J newline · Tab complete · ^O editor · ^T snippets · ↑ earlier · ^U clear ${'─'.repeat(9)}╯`,
      ' ? help  / filter  Tab pane  i compose  s save  : palette  q quit',
    ]);
  });

  it('shows one list and a strip where there is less room', () => {
    const commander = busyCommander({ columns: 60, rows: 14 });
    commander.press('2');
    expect(screenOf(commander).split('\n')).toEqual([
      ' prod ● 22ms   devices 2/3   in 0/s out 0/s   ▶ FOLLOW',
      ' 1 Devices 3  [2 Messages 3]',
      '╭ 2 Messages › ───────────────────────────────────────── 3 ╮',
      '│   12:03:11 ← gate-7      {"type":"temp.report","temp":2… │',
      '│   12:03:11 → sensor-001  {"cmd":"reboot",… replied 38 ms │',
      '│ › 12:03:11 ← sensor-001  {"_re":"c-test-1","ok":true}    │',
      ...Array.from({ length: 4 }, () => `│${' '.repeat(58)}│`),
      '╰ Enter detail · r repeat · x cancel · n next match ───────╯',
      '3 Compose → pump-2 ○ (waits in its queue)',
      '  {"cmd":"status"}',
      ' ? help  / filter  Tab pane  i compose  Space pause  q quit',
    ]);
  });

  it('is usable down to 40 by 12, and says so below', () => {
    expect(screenOf(busyCommander({ columns: 40, rows: 12 }))).toContain('› ○ pump-2');
    expect(screenOf(busyCommander({ columns: 39, rows: 12 }))).toBe('Needs 40x12 or more.');
    expect(screenOf(busyCommander({ columns: 40, rows: 11 }))).toBe('Needs 40x12 or more.');
  });

  it('says what is seen while it is paused, and how much came meanwhile', () => {
    const commander = busyCommander({ columns: 100, rows: 18 });
    commander.press('2', 'space');
    for (let n = 0; n < 1204; n++) commander.act(received({ n }));
    expect(screenOf(commander)).toContain('⏸ PAUSED +1,204 new');
    expect(screenOf(commander)).not.toContain('"n":1203');
  });

  it('shows the whole message, and what has changed since the one before', () => {
    const commander = createHarness({ devices });
    commander.act(received({ sender: 'gate-7', temp: 20.9, hum: 40 }), received({ sender: 'gate-7', temp: 21.4 }));
    commander.press('2', 'enter');
    const screen = screenOf(commander);
    expect(screen).toMatch(/~ {3}"temp": 21.4 {3}was 20.9/);
    expect(screen).toContain('- /hum: 40');
  });

  it('draws a line where a day begins, and keeps the last message in sight', () => {
    const commander = createHarness({ size: { columns: 100, rows: 18 }, devices });
    const nextDayMs = startMs + 24 * 3_600_000;
    commander.act(received({ sender: 'gate-7', n: 1 }), received({ sender: 'gate-7', n: 2 }, nextDayMs));
    expect(screenOf(commander)).toMatch(/"n":1[\s\S]*─── 2026-07-31 ───[\s\S]*"n":2/);
    for (let n = 3; n < 40; n++) commander.act(received({ sender: 'gate-7', n }, nextDayMs + n * 24 * 3_600_000));
    expect(screenOf(commander)).toContain('"n":39');
  });

  it('writes long messages in several rows when it is asked to', () => {
    const commander = createHarness({ size: { columns: 100, rows: 24 }, devices });
    commander.act(received({ sender: 'gate-7', text: 'x'.repeat(100), end: 'here' }));
    expect(screenOf(commander)).not.toContain('"end":"here"');
    commander.press('w');
    expect(screenOf(commander)).toContain('"end":"here"');
  });

  it('writes the time since the message before, or the date, when it is asked to', () => {
    const commander = createHarness({ devices });
    commander.act(received({ sender: 'gate-7', n: 1 }), received({ sender: 'gate-7', n: 2 }, startMs + 1500));
    expect(screenOf(commander)).toContain('12:03:12.912 ← gate-7');
    commander.press('t');
    expect(screenOf(commander)).toContain(' +1.500s ← gate-7');
    commander.press('t');
    expect(screenOf(commander)).toContain('2026-07-30 12:03:12.912 ← gate-7');
    commander.press('t');
    expect(screenOf(commander)).toContain('   12:03:12.912 ← gate-7');
  });

  it('names every target in the title, hidden ones too', () => {
    const commander = createHarness({ devices });
    commander.press('space', 'j', 'space', '/');
    commander.type('sensor');
    commander.press('enter', 'i');
    expect(screenOf(commander)).toContain('3 Compose › → gate-7 ● hidden, pump-2 ○ (waits in its queue) hidden');
  });

  it('says how long a command may wait for a target that is offline, where the relay tells', () => {
    const commander = createHarness({ devices, session: ownSession });
    commander.type('@gate-7 @pump-2 {"cmd":"stop"}');
    expect(screenOf(commander)).toContain('3 Compose › → gate-7 ●, pump-2 ○ (waits up to 24h)');
  });

  it('shows what others say to each other while the room tap is on', () => {
    const commander = createHarness({ devices, session: ownSession });
    commander.press('T');
    expect(commander.effects).toEqual([{ effect: 'tap', isOn: true }]);
    const said = { from: 'gate-7', target: 'pump-2', outcome: 'queued', dropped: 0, receivedAtMs: startMs } as const;
    commander.act({ type: 'tapped', messages: [{ ...said, text: '{"open":1}', payload: { open: 1 } }] });
    expect(screenOf(commander)).toMatch(/↔ gate-7 → pump-2 {2}\{"open":1\} +queued/);
    expect(screenOf(commander)).toContain('TAP');
  });

  it('shows the mistake of a command while it is typed', () => {
    const commander = createHarness({ devices });
    commander.type('@gate-7 {"cmd":open}');
    const screen = screenOf(commander);
    expect(screen).toContain('JSON ✗ col 16');
    expect(screen).toContain('a text stands in double quotes');
  });

  it('says why it is not connected, when it tries again, and that its knowledge is old', () => {
    const commander = createHarness({ devices, connection: 'waiting' });
    expect(screenOf(commander)).toContain('○ not connected, again in 5s');
    expect(screenOf(commander)).toContain('the connection broke off');
    commander.wait(3000);
    expect(screenOf(commander)).toContain('again in 2s');
  });

  it('lists the targets of a command before it goes to several', () => {
    const commander = createHarness({ devices });
    commander.type('@gate-7 @pump-2 {"cmd":"stop"}');
    commander.press('enter');
    const screen = screenOf(commander);
    expect(screen).toContain('Send to 2 devices?');
    expect(screen).toContain('pump-2 ○ (waits in its queue)');
    expect(screen).toContain('y send');
  });

  it('shows the reply below the detail of a sent message', () => {
    const commander = createHarness({ devices, size: { columns: 80, rows: 24 } });
    commander.type('@sensor-001 {"cmd":"reboot"}');
    commander.press('enter');
    const reply = { sender: 'sensor-001', _re: 'c-test-1', ok: false, why: 'it is locked' };
    commander.act(received(reply, startMs + 38));
    commander.press('shift+tab', 'k', 'enter');
    expect(screenOf(commander)).toMatch(
      /replied: error 38 ms[\s\S]*"cmd": "reboot"[\s\S]*The reply[\s\S]*it is locked/,
    );
  });

  it('lists every key that the table knows in the help', () => {
    const commander = createHarness({ size: { columns: 120, rows: 100 }, devices });
    commander.press('?');
    const screen = screenOf(commander);
    for (const word of ['filter by name', 'stand still', 'close the detail', 'earlier command', 'keep the filter']) {
      expect(screen).toContain(word);
    }
  });
});

describe('the first-run screen', () => {
  it('offers to start a relay here or to connect', () => {
    const screen = { name: 'first-run', choice: 'start', problem: undefined } as const;
    const state = initialState({ size: { columns: 80, rows: 24 }, nowMs: startMs, messageIdPrefix: 'c', screen });
    const picture = screenOf({ state });
    expect(picture).toContain('› Start one on this machine');
    expect(picture).toContain('Connect to a relay');
    expect(picture).toContain('Enter choose');
    expect(picture.split('\n')).toHaveLength(24);
  });

  it('never shows the key that is typed', () => {
    const form: ConnectForm = {
      ...emptyForm({ for: 'another-relay' }),
      url: { text: 'relay.example', cursor: 13 },
      authKey: { text: 'rly_secret', cursor: 10 },
      field: 'authKey',
    };
    for (const name of ['connect-form', 'connecting'] as const) {
      const screen = { name, form };
      const state = initialState({ size: { columns: 80, rows: 24 }, nowMs: startMs, messageIdPrefix: 'c', screen });
      expect(screenOf({ state })).toContain('relay.example');
      expect(screenOf({ state })).toContain('••••••••••');
      expect(screenOf({ state })).not.toContain('secret');
    }
  });
});

describe('hostile content', () => {
  const nasty = 'gate\u202e7\u001b[2J\u001b]0;pwned\u0007\u009b2J\u200b\r\n';

  it('is shown and not obeyed, wherever it comes from', () => {
    const commander = createHarness({ devices: [online(nasty)] });
    commander.act(received({ sender: nasty, note: nasty }));
    commander.act({ type: 'refused', error: { status: 'error', code: 'queue_full', message: nasty, target: nasty } });
    commander.act({ type: 'told', tone: 'bad', text: nasty });
    commander.press('space', '2');
    const screens = [screenOf(commander)];
    commander.press('enter');
    screens.push(screenOf(commander));
    commander.press('e');
    screens.push(screenOf(commander));
    commander.press('escape', 'escape', '1', 'enter');
    screens.push(screenOf(commander));
    for (const screen of screens) {
      expect(screen).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/);
      expect(screen).toContain('\\u202e7');
    }
  });

  it('cannot imitate the name of another device', () => {
    const commander = createHarness({ devices: [online('gate\u202e7'), online('gate\\u202e7')] });
    const screen = screenOf(commander);
    expect(screen).toContain('● gate\\u202e7 ');
    expect(screen).toContain('● gate\\\\u202e7 ');
  });
});

describe('every screen', () => {
  const keys = [
    'j',
    'k',
    'enter',
    'escape',
    'tab',
    'space',
    '/',
    'x',
    '{',
    '@',
    '"',
    'e',
    '?',
    'z',
    'ctrl+j',
    '2',
    'i',
  ];
  const text = fc.string({ unit: 'binary', maxLength: 30 });
  const looks = [plain, createLook({ isAscii: true, hasColor: false }), createLook({ isAscii: false, hasColor: true })];

  it('fills the terminal exactly, whatever is in it', () => {
    fc.assert(
      fc.property(
        fc.record({ columns: fc.integer({ min: 40, max: 130 }), rows: fc.integer({ min: 12, max: 40 }) }),
        fc.array(text, { maxLength: 5 }),
        fc.array(fc.oneof(fc.constantFrom(...keys), text), { maxLength: 30 }),
        fc.constantFrom(...looks),
        (size, names, struck, look) => {
          const commander = createHarness({ size, devices: names.map((name) => online(name)) });
          for (const name of names) commander.act(received({ sender: name, [name]: name }));
          for (const one of struck) {
            if (keys.includes(one)) commander.press(one);
            else commander.act({ type: 'pasted', text: one });
          }
          const lines = screenOf(commander, look)
            .replaceAll(/\u001b\[\d+m/g, '')
            .split('\n');
          expect(lines).toHaveLength(size.rows);
          expect(Math.max(...lines.map(cellWidth))).toBeLessThanOrEqual(size.columns);
          if (look.isAscii) expect(lines.join('')).toMatch(/^[\x20-\x7e]*$/);
        },
      ),
      { numRuns: 60 },
    );
  });
});
