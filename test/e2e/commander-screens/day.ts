/** A day at work: commands go, each to another end, reports come and are read. */
import { expect } from 'vitest';
import type { HeadlessTerminal } from '../headless/headless-terminal.ts';
import { createRecorder } from './recorder.ts';
import { large, small, usual, type Workshop } from './workshop.ts';

/** A command as it is typed, sent, and on its way to its end. */
export async function send(terminal: HeadlessTerminal, text: string, shows: RegExp): Promise<void> {
  terminal.type(text);
  await terminal.waitFor(/JSON ✓/);
  terminal.press('enter');
  await terminal.waitFor(shows);
}

/** Opens the composer and leaves it again when that is done. */
export async function compose(terminal: HeadlessTerminal, writing: () => Promise<void>): Promise<void> {
  terminal.press('i');
  await terminal.waitFor(/3 Compose ›/);
  await writing();
  terminal.press('escape');
  await terminal.waitFor(/3 Compose (?!›)/);
}

/** The sensor reports, once for each temperature. */
export async function report(
  { sensor }: Workshop,
  terminal: HeadlessTerminal,
  temperatures: readonly number[],
): Promise<void> {
  for (const temp of temperatures) {
    await sensor.send('desk', { type: 'temp.report', temp, hum: 40 });
    await terminal.waitFor(new RegExp(`"temp":${temp},`));
  }
}

async function sendToEveryEnd(terminal: HeadlessTerminal, { robot }: Workshop): Promise<void> {
  await send(terminal, '@gate-7 {"cmd":"open"}', /"open"\} .*replied \d+ ms/);
  await send(terminal, '@gate-7 {"cmd":"jam"}', /"jam"\} .*replied: error/);
  await send(terminal, '@mouse_pi {"cmd":"move","x":10,"y":5}', /"y":5\} .*delivered/);
  robot.answersPings = false;
  const dropped = robot.nextText().then(() => robot.destroy());
  await send(terminal, '@robot-9 {"cmd":"lift"}', /"lift"\} .*unconfirmed/);
  await dropped;
  await send(terminal, '@pump-1 {"cmd":"drain","_ttl":1}', /"_ttl":1\} .*expired/);
  await send(terminal, '@pump-2 {"cmd":"stop"}', /"stop"\} .*refused queue_full/);
  await send(terminal, '@pump-1 {"cmd":"rinse"}', /"rinse"\} .*queued/);
  await send(terminal, '@pump-1 {"cmd":"fill"}', /"fill"\} .*queued/);
}

/** What is sent, to whom, and what became of it. */
export async function runSending(workshop: Workshop): Promise<void> {
  await using terminal = workshop.open(large);
  const { capture } = createRecorder(terminal);
  await terminal.waitFor(/⧗2/);
  await report(workshop, terminal, [20.7, 21.4, 21.8]);
  await capture('day', /● robot-9/);

  terminal.press('space', 'G', 'k', 'k', 'space');
  await terminal.waitFor(/2 \*/);
  terminal.press('/');
  terminal.type('pump');
  terminal.press('enter');
  await terminal.waitFor(/1 Devices 2 ›/);
  terminal.press('i');
  terminal.type('\u001b[200~{"cmd":"stop",\n"hard":true}\u001b[201~');
  await capture('marks', /JSON ✓/);
  terminal.press('enter');
  await capture('send-to-several', /Send to 2 devices/);
  terminal.press('escape');
  await terminal.waitFor(/\^C clear, then quit/);
  terminal.press('ctrl+c', 'escape');
  await terminal.waitFor(/Tab pane/);
  terminal.press('1', 'escape');
  await terminal.waitFor(/╮╭ 2 [\s\S]*→ nobody/);
  terminal.press('escape');
  await terminal.waitFor(/1 Devices 7 ›/);

  await compose(terminal, () => sendToEveryEnd(terminal, workshop));
  await capture('fates', /○ robot-9 +\d+s ago/);
  terminal.press('2', 'x');
  await capture('cancelled', /○ pump-1 +⧗1[\s\S]*"fill"\} .*cancelled/);
  terminal.press('r');
  await capture('repeated', /│ @pump-1 \{"cmd":"fill"\}/);
  terminal.press('ctrl+u', 'escape', 'e');
  await capture('errors', /What went wrong/);
  terminal.press('escape', '2');
  await terminal.waitFor(/2 Messages ›/);
  terminal.resize(usual.columns, usual.rows);
  await capture('messages-80x24', /\[2 Messages 13\]/);
  terminal.press('1');
  await capture('devices-80x24', /\[1 Devices 7\]/);
  terminal.resize(small.columns, small.rows);
  await capture('devices-40x12', /╭ 1 Devices 7 › ─+╮\n[\s\S]*3 Compose/);
  terminal.press('2');
  await capture('messages-40x12', /\[2 Messages 13\]/);
  terminal.resize(small.columns - 1, small.rows);
  await capture('too-small', /Needs 40x12/);
}

/** What comes, and how it is read. */
export async function runReading(workshop: Workshop): Promise<void> {
  await using terminal = workshop.open(large);
  const { capture } = createRecorder(terminal);
  await terminal.waitFor(/⧗2/);
  await report(workshop, terminal, [20.7, 21.4]);
  await workshop.gate.send('desk', { open: true, motor: { speed: 3 }, by: 'hand' });
  await workshop.gate.send('desk', { open: false, motor: { speed: 0, hot: null }, note: '温度 é 𝒳' });
  await terminal.waitFor(/"open":false/);
  terminal.press('2', 'enter');
  await capture('detail', /"hot": null/);
  terminal.press('y');
  await capture('copied', /sent to the terminal/);
  const clipboard = terminal.copied.map((data) => Buffer.from(data.replace('c;', ''), 'base64').toString());
  expect(clipboard).toEqual([expect.stringContaining('"open":false')]);
  terminal.press('escape', 's');
  await capture('saved', /4 messages saved in/);
  terminal.press('f');
  await terminal.waitFor(/FOLLOW/);
  terminal.press('space');
  await terminal.waitFor(/PAUSED/);
  for (const temp of [19, 18]) await workshop.sensor.send('desk', { type: 'temp.report', temp, hum: 40 });
  await capture('paused', /PAUSED \+2 new/);
  terminal.press('space', '/');
  await capture('filter-language', /field=value/);
  terminal.type('from=sensor-* temp=2*');
  terminal.press('enter');
  await capture('filtered', /2 Messages › .* 2 ╮/);
  terminal.press('escape', 'g', 'n');
  await capture('next-match', /› .*"temp":21.4/);
  terminal.press('escape', 'f', 'z');
  await capture('zoomed', /╭ 2 Messages › ─{90,}/);
  terminal.press('z', 't');
  await terminal.waitFor(/\+\d+\.\d{3}s/);
  terminal.press('w');
  await workshop.gate.send('desk', {
    text: 'a text that is longer than a row of this terminal, and goes on. '.repeat(3),
  });
  await capture('wrapped', /goes on/);
  terminal.press('w', 't', 't', 'T');
  await terminal.waitFor(/TAP/);
  await workshop.sensor.send('mouse_pi', { type: 'hello' });
  await workshop.sensor.send('pump-2', { type: 'hello' });
  await capture('tap', /→ pump-2 .*queue_full/);
}
