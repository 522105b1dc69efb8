/** How commands are written: by hand, by completion, from the history, in $EDITOR, from saved ones. */
import { runRelay } from '../built-relay.ts';
import { send } from './day.ts';
import { createRecorder } from './recorder.ts';
import { large, usual, type Workshop } from './workshop.ts';

export async function runWriting(workshop: Workshop): Promise<void> {
  const editor = 'sh -c \'printf "@gate-7 {\\"cmd\\":\\"written outside\\"}" > "$0"\'';
  await using terminal = workshop.open(large, { env: { EDITOR: editor } });
  const { capture } = createRecorder(terminal);
  const home = { HOME: terminal.home, RELAY_CONFIG_DIR: undefined };
  await terminal.waitFor(/⧗2/);
  terminal.press('i');
  terminal.type('{"cmd":"stop"}');
  terminal.press('enter');
  await capture('nobody-addressed', /Nobody is addressed/);
  terminal.press('ctrl+u');
  terminal.type('@gate-7 {"cmd":open}');
  await capture('mistake', /JSON ✗ col/);
  terminal.press('ctrl+u');
  terminal.type('@mouse_pi cmd=move x:=10 y:=5');
  await capture('fields', /y:=5/);
  terminal.press('enter');
  await capture('fields-as-json', /Enter sends it/);
  terminal.press('ctrl+u');
  terminal.type('@pu');
  terminal.press('tab');
  await capture('completion', /│ @pump-/);
  terminal.press('ctrl+u');
  await send(terminal, '@gate-7 {"cmd":"open"}', /"open"\} .*replied \d+ ms/);
  terminal.press('up');
  await capture('history', /│ @gate-7 \{"cmd":"open"\}/);
  terminal.press('ctrl+o');
  await capture('editor', /│ @gate-7 \{"cmd":"written outside"\}/);
  await runRelay(['snippet', 'add', 'open', '{"cmd":"open","seconds":{{seconds}}}', '-t', 'gate-7'], { env: home });
  await runRelay(['snippet', 'add', 'park', '{"cmd":"move","x":0,"y":0}', '-t', 'mouse_pi'], { env: home });
  terminal.press('ctrl+t');
  await capture('snippets', /› open/);
  terminal.press('enter');
  terminal.type('5');
  await capture('snippet-value', /The value of seconds/);
  terminal.press('enter');
  await capture('snippet-filled', /│ @gate-7 \{"cmd":"open","seconds":5\}/);
  terminal.press('ctrl+u');
  terminal.resize(usual.columns, usual.rows);
  terminal.type('\u001b[200~@gate-7 {"cmd":"say",\n"text":"of many lines",\n"n":[1,\n2,\n3,\n4]}\u001b[201~');
  await capture('composer-80x24', /4\]\}/);
}
