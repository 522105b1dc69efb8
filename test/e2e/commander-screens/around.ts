/** What stands in the place of the lists: help, palette, connections, the sheet of a device, its queue, a new device. */
import { runRelay } from '../built-relay.ts';
import { createRecorder } from './recorder.ts';
import { large, usual, type Workshop } from './workshop.ts';

export async function runAround(workshop: Workshop): Promise<void> {
  await using terminal = workshop.open(large);
  const { capture } = createRecorder(terminal);
  const home = { HOME: terminal.home, RELAY_CONFIG_DIR: undefined };
  const input = `${workshop.room.authKey}\n`;
  for (const name of ['prod', 'workshop']) {
    const added = ['profile', 'add', name, '--url', `wss://${name}.example`, '--auth-key-stdin'];
    await runRelay(added, { env: home, input });
  }
  await terminal.waitFor(/⧗2/);
  terminal.press('?');
  await capture('help', /╭ Keys/);
  terminal.press('escape', ':');
  terminal.type('mess');
  await capture('palette', /› messages/);
  terminal.press('escape', 'p');
  await capture('profiles', /workshop\.example/);
  terminal.press('escape', 'o', 'o', 'o');
  await capture('sorted', /most waiting/);
  terminal.press('g', 'enter');
  await capture('device-sheet', /Waiting for it: 2/);
  terminal.press('j', 'x');
  await capture('cancel-queued', /Cancel message/);
  terminal.press('y');
  await terminal.waitFor(/Waiting for it: 1/);
  terminal.press('X');
  await capture('purge', /Cancel the one message/);
  terminal.press('y');
  await capture('purged', /Nothing waits for it/);
  terminal.press('R');
  await capture('keep-old-token', /Esc give up/);
  terminal.type('1h');
  terminal.press('enter');
  await capture('new-token', /y make it/);
  terminal.press('n');
  await terminal.waitFor(/Nothing waits for it/);
  terminal.press('D');
  await capture('remove-device', /give up/);
  terminal.press('escape');
  await terminal.waitFor(/1 Devices \d+ ›|Nothing waits for it/);
  terminal.press('escape');
  await terminal.waitFor(/1 Devices \d+ ›/);
  terminal.press('a');
  terminal.type('pump-3');
  await capture('name-of-device', /› pump-3/);
  terminal.resize(usual.columns, usual.rows);
  terminal.press('enter');
  await capture('new-device', /rly_device_/);
}
