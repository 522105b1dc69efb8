/** The connection comes and goes, and so does the commander. */
import { createRelayClient } from '../../../src/client/relay-client.ts';
import { startServe } from '../built-relay.ts';
import { addDevice } from '../commander-people.ts';
import { send } from './day.ts';
import { createRecorder } from './recorder.ts';
import { large, openFresh, usual, type Workshop } from './workshop.ts';

/** The relay is stopped and comes back. */
export async function runLoss(workshop: Workshop): Promise<void> {
  await using terminal = workshop.open(large);
  const { capture } = createRecorder(terminal);
  await terminal.waitFor(/⧗2/);
  terminal.press('i');
  await send(terminal, '@pump-1 {"cmd":"fill"}', /queued[\s\S]*⧗1/);
  await workshop.relay.stop();
  await terminal.waitFor(/2 errors/);
  terminal.type('@gate-7 {"cmd":"open"}');
  await terminal.waitFor(/JSON ✓/);
  terminal.press('enter');
  await capture('not-connected', /again in \d+s[\s\S]*Not connected: nothing was sent/);
  terminal.press('ctrl+u');
  await using _again = await startServe({ dataDir: workshop.relay.dataDir, port: workshop.relay.port });
  await capture('back-again', /● ws:.* devices 3\/7 [\s\S]*● gate-7 [\s\S]*○ robot-9 +\d+s ago/);
}

/** Somebody else takes the name. */
export async function runTakeover(workshop: Workshop): Promise<void> {
  await using terminal = workshop.open(large);
  const { capture } = createRecorder(terminal);
  await terminal.waitFor(/⧗2/);
  await using _other = await workshop.room.controller('desk');
  await capture('taken-over', /○ taken over/);
}

/** Planted into the program: at a signal its clock is set on by a day, and the title of the terminal says so. */
const aDayOn = `process.on('SIGUSR2', () => {
  const now = Date.now;
  Date.now = () => now() + 86400000;
  process.stdout.write('\\u001b]2;a day on\\u0007');
})`;

/** A message, and one of the next day. */
export async function runMidnight(workshop: Workshop): Promise<void> {
  const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(aDayOn)}` };
  await using terminal = workshop.open(usual, { env });
  const { capture } = createRecorder(terminal);
  await terminal.waitFor(/⧗2|devices 4/);
  await workshop.sensor.send('desk', { said: 'today' });
  terminal.press('2');
  await terminal.waitFor(/"today"/);
  process.kill(terminal.pid, 'SIGUSR2');
  await terminal.waitUntil(
    () => (terminal.modes().title === 'a day on' ? true : undefined),
    () => 'the next day',
  );
  await workshop.sensor.send('desk', { said: 'tomorrow' });
  await capture('midnight', /─── [\d-]+ ─+ │\n.*"tomorrow"/);
}

/** From nothing to a relay inside, with somebody else on it. */
export async function runFirstRun(): Promise<void> {
  await using terminal = openFresh(large);
  const { capture } = createRecorder(terminal);
  await capture('first-run', /Start one on this machine/);
  terminal.press('down', 'enter');
  await capture('connect-form', /Master key/);
  terminal.press('escape', 'up', 'enter');
  await terminal.waitFor(/→ simulated_mouse ●/);
  terminal.press('enter');
  await capture('first-answer', /replied \d+ ms[\s\S]*Esc back to the list/);
  const url = `${/ws:\/\/\S+/.exec(terminal.text())?.[0]}/ws/connect/`;
  const env = { HOME: terminal.home, RELAY_CONFIG_DIR: undefined };
  const credentials = { deviceToken: await addDevice('arm', env) };
  await using arm = createRelayClient({ url, credentials });
  await arm.ready();
  await terminal.waitFor(/● arm/);
  terminal.press('escape');
  await terminal.waitFor(/Tab pane/);
  terminal.press('q');
  await capture('quit-with-others', /Stop the relay\?/);
}
