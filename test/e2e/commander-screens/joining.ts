/** A key that is not taken, and one relay more. */
import { listenAndSayNothing } from '../silent-listener.ts';
import { createRecorder } from './recorder.ts';
import { large, small, usual, type Workshop } from './workshop.ts';

export async function runJoining(workshop: Workshop): Promise<void> {
  await using silent = await listenAndSayNothing();
  const env = { RELAY_AUTH_KEY: 'rly_master_wrong' };
  await using terminal = workshop.open(large, { env });
  const { capture } = createRecorder(terminal);
  await capture('key-refused', /key refused[\s\S]*K another key/);
  terminal.resize(small.columns, small.rows);
  await capture('key-refused-40x12', /key refused[\s\S]*K another key/);
  terminal.resize(usual.columns, usual.rows);
  await terminal.waitFor(/\[1 Devices/);
  terminal.press('K');
  await terminal.waitFor(/› Master key/);
  terminal.type('rly_master_other');
  terminal.press('enter', 'enter');
  await capture('another-key', /› Master key[\s\S]*not valid here/);
  terminal.press('escape');
  await terminal.waitFor(/K another key/);
  terminal.press('p');
  await terminal.waitFor(/› add a relay/);
  terminal.press('enter');
  await terminal.waitFor(/› Address/);
  terminal.type(silent.url);
  terminal.press('enter');
  terminal.type('rly_master_other');
  terminal.press('enter');
  await capture('add-relay', /› Save as/);
  terminal.press('enter');
  await capture('connecting', /Connecting to/);
}
