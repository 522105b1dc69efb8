/** The same commander on other terminals and for other eyes, and with what nobody should have sent. */
import { expect } from 'vitest';
import { createRecorder } from './recorder.ts';
import { large, usual, type Workshop } from './workshop.ts';

export async function runLooks(workshop: Workshop): Promise<void> {
  {
    await using terminal = workshop.open(usual, { env: { NO_COLOR: '1' } });
    const { capture } = createRecorder(terminal);
    await capture('no-color', /● gate-7[\s\S]*⧗2/);
  }
  {
    await using terminal = workshop.open(usual, { flags: ['--ascii'] });
    const { capture } = createRecorder(terminal);
    await capture('ascii', /\+ gate-7[\s\S]*w2/);
  }
  {
    await using terminal = workshop.open(usual, { flags: ['--mouse'] });
    const { capture } = createRecorder(terminal);
    await terminal.waitFor(/⧗2/);
    terminal.type('\u001b[<0;6;5M\u001b[<0;6;5m');
    await capture('mouse', /› ○ lamp-4/);
  }
  {
    await using terminal = workshop.open(usual, { flags: ['--plain'] });
    const { capture } = createRecorder(terminal);
    await terminal.waitFor(/Connected to/);
    await workshop.sensor.send('desk', { type: 'temp.report', temp: 20.7 });
    await terminal.waitFor(/temp\.report/);
    terminal.type('@gate-7 {"cmd":"open"}\r');
    await capture('plain', /"ok":true/);
  }
}

/** Everything that terminals obey, and what they draw at the wrong place. */
const attacks = {
  reset: '\u001bc\u001b[2J\u001b[H\u001b[31;7m',
  title: '\u001b]0;pwned\u0007\u009d2;pwned\u009c',
  link: '\u001b]8;;http://example.com\u001b\\\\here\u001b]8;;\u001b\\\\',
  clipboard: '\u001b]52;c;cHduZWQ=\u0007',
  modes: '\u001b[?1049l\u001b[?25h\u001b[?1000h\u009b?2004l',
  bidi: 'a\u202egnp.exe\u202c \u2066b\u2069 \u061c',
  unseen: 'a\u200bb\u200dc\ufeffd\u00ade\u2060',
  wide: '温度 한글 ｆｕｌｌ e\u0301',
  lines: 'a\nb\r\nc\td\u2028e\u0085f\bg\u0000h',
};

export async function runHostile(workshop: Workshop): Promise<void> {
  await using terminal = workshop.open(large);
  const { capture } = createRecorder(terminal);
  await terminal.waitFor(/⧗2/);
  for (const [name, text] of Object.entries(attacks)) await workshop.sensor.send('desk', { [name]: text });
  // As it is on the wire: numbers that no JavaScript can hold, and a line as long as a message may be.
  await using raw = await workshop.room.controller('evil\u202e\u001b]0;pwned\u0007'.replaceAll(/[\u0000-\u001f]/g, ''));
  raw.sendText('{"target":"desk","big":12345678901234567890,"tiny":1e-400,"huge":1e400,"zero":-0,"precise":1.10}');
  raw.sendText(`{"target":"desk","long":"${'x\u202e温'.repeat(37_000)}"}`);
  raw.sendText('{"target":"desk","last":true}');
  terminal.press('2');
  await capture('hostile', /"last":true/);
  terminal.press('g', 'enter');
  await capture('hostile-detail', /\\u001bc/);
  terminal.press('f');
  await terminal.waitFor(/FOLLOW/);
  terminal.press('G', 'k', 'enter');
  await capture('hostile-long', /"long": "x/);
  terminal.press('k');
  await capture('hostile-numbers', /"huge": 1e400/);
  expect(terminal.copied).toEqual([]);
}
