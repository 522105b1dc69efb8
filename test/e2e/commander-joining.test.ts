/** Keys that are refused, and relays that are added: the built program in a real terminal. */
import { rmSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { relayCommand, runRelay, type ServedRelay, startServe } from './built-relay.ts';
import { addDevice, terminalTestMs } from './commander-people.ts';
import { type HeadlessTerminal, openHeadless } from './headless/headless-terminal.ts';
import { makeTemporaryFolder } from './watched-process.ts';

const size = { columns: 80, rows: 24 };

interface OpenOptions {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly home?: string;
}

function open({ flags = [], env = {}, home }: OpenOptions): HeadlessTerminal {
  return openHeadless({ ...size, command: [...relayCommand, ...flags], env, ...(home === undefined ? {} : { home }) });
}

/** A home that several commanders have one after the other. */
function openHome() {
  const home = makeTemporaryFolder();
  return { home, [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true, maxRetries: 5 }) };
}

/** As terminals paste that say so: in brackets. */
function paste(terminal: HeadlessTerminal, text: string): void {
  terminal.type(`\u001b[200~${text}\n\u001b[201~`);
}

/** A key of this user beside the first one, and how it is revoked. */
async function addKey({ env, url, bootstrap }: ServedRelay) {
  const asAdmin = { ...env, RELAY_URL: url, RELAY_ADMIN_KEY: bootstrap?.adminKey ?? '' };
  const { stdout } = await runRelay(['key', 'add', 'default', '--json'], { env: asAdmin });
  const { key, auth_key: authKey }: { readonly key: string; readonly auth_key: string } = JSON.parse(stdout);
  return { authKey, revoke: () => runRelay(['key', 'rm', key, '--yes'], { env: asAdmin }) };
}

async function quit(terminal: HeadlessTerminal): Promise<void> {
  terminal.press('q');
  expect(await terminal.exited).toMatchObject({ exitCode: 0 });
}

describe('a key that is refused', () => {
  it(
    'is followed by another one inside, which is saved under a name that was typed',
    async () => {
      await using relay = await startServe();
      await addDevice('alpha', relay.env);
      using folder = openHome();
      const { home } = folder;
      const wrong = { RELAY_URL: relay.url, RELAY_AUTH_KEY: 'rly_master_wrong' };
      await using terminal = open({ env: wrong, home });
      await terminal.waitFor(/key refused[\s\S]*not valid here[\s\S]*K another key/);
      terminal.press('K');
      await terminal.waitFor(/Address +ws:[\s\S]*› Master key/);
      paste(terminal, 'rly_master_wrong_again');
      await terminal.waitFor(/•{22}/);
      terminal.press('enter');
      await terminal.waitFor(/› Save as/);
      terminal.type('shop');
      terminal.press('enter');
      await terminal.waitFor(/› Master key +•{22}[\s\S]*Save as +shop[\s\S]*not valid here/);
      terminal.press('ctrl+u');
      paste(terminal, relay.bootstrap?.authKey ?? '');
      terminal.press('enter');
      await terminal.waitFor(/shop ● [\s\S]*○ alpha[\s\S]*saved as the profile shop/);
      await quit(terminal);
      await using again = open({ home });
      await again.waitFor(/shop ● [\s\S]*○ alpha/);
      await quit(again);
    },
    terminalTestMs,
  );

  it(
    'when it is revoked, is replaced in its profile, and the log stays',
    async () => {
      await using relay = await startServe();
      await addDevice('alpha', relay.env);
      using folder = openHome();
      const { home } = folder;
      const { authKey, revoke } = await addKey(relay);
      const env = { HOME: home, RELAY_CONFIG_DIR: undefined };
      const add = ['profile', 'add', 'shop', '--url', relay.url, '--auth-key-stdin'];
      await runRelay(add, { env, input: `${authKey}\n` });
      await using terminal = open({ home });
      await terminal.waitFor(/shop ● [\s\S]*○ alpha/);
      terminal.type('i@alpha {"n":1}');
      await terminal.waitFor(/JSON ✓/);
      terminal.press('enter');
      await terminal.waitFor(/queued/);
      terminal.press('escape');
      await revoke();
      await terminal.waitFor(/key refused[\s\S]*K another key/);
      terminal.press('K');
      await terminal.waitFor(/takes the place of the key in the profile shop/);
      paste(terminal, relay.bootstrap?.authKey ?? '');
      terminal.press('enter');
      await terminal.waitFor(/shop ● [\s\S]*"n":1[\s\S]*saved in the profile shop/);
      await quit(terminal);
      await using again = open({ home });
      await again.waitFor(/shop ● [\s\S]*○ alpha/);
      await quit(again);
    },
    terminalTestMs,
  );
});

describe('one relay more', () => {
  it(
    'is added from the list of saved connections, checked, saved and gone over to',
    async () => {
      await using relay = await startServe();
      await using other = await startServe();
      await addDevice('here', relay.env);
      await addDevice('there', other.env);
      const env = { RELAY_URL: relay.url, RELAY_AUTH_KEY: relay.bootstrap?.authKey ?? '' };
      await using terminal = open({ env });
      await terminal.waitFor(/○ here/);
      terminal.press('p');
      await terminal.waitFor(/› add a relay/);
      terminal.press('enter');
      await terminal.waitFor(/› Address/);
      terminal.type('127.0.0.1:1');
      terminal.press('enter');
      paste(terminal, other.bootstrap?.authKey ?? '');
      terminal.press('enter');
      await terminal.waitFor(/› Save as/);
      terminal.type('far');
      terminal.press('enter');
      await terminal.waitFor(/nothing listens at 127\.0\.0\.1:1/);
      terminal.press('shift+tab', 'ctrl+u');
      terminal.type(other.url);
      await terminal.waitFor(/› Address +ws:/);
      terminal.press('enter');
      await terminal.waitFor(/far ● [\s\S]*○ there[\s\S]*saved as the profile far/);
      expect(terminal.text()).not.toMatch(/[●○] here /);
      terminal.press('p');
      await terminal.waitFor(/› far .*this one[\s\S]*add a relay/);
      terminal.press('escape');
      await terminal.waitFor(/Tab pane/);
      await quit(terminal);
    },
    terminalTestMs,
  );
});
