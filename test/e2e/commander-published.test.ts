/** The commander of a relay that knows the published contract alone: it says what it knows, and no more. */
import { describe, expect, it } from 'vitest';
import { createRelayClient } from '../../src/client/relay-client.ts';
import { goodKey, startFakeRelay } from '../client/fake-relay.ts';
import { hasTool } from '../tools.ts';
import { command, terminalTestMs } from './commander-people.ts';
import { openTerminal } from './commander-terminal.ts';

describe.runIf(hasTool('tmux'))('the commander of a relay of the published contract', () => {
  it(
    'says sent and replied, claims no presence, and has no tap',
    async () => {
      await using relay = await startFakeRelay();
      await using gate = createRelayClient({ url: relay.url, credentials: { authKey: goodKey, sender: 'gate' } });
      gate.on('message', ({ id, payload }) => {
        if (payload.cmd === 'status') void gate.send('desk', { _re: id ?? '', ok: true });
      });
      await gate.ready();
      await using terminal = await openTerminal({ columns: 120, rows: 24 });
      const env = { RELAY_URL: relay.url, RELAY_AUTH_KEY: goodKey, RELAY_SENDER: 'desk' };
      await terminal.startCommander(env, /● .*\d+ms/);
      await terminal.press('i');
      await command(terminal, '@gate {"cmd":"open"}');
      await terminal.waitFor(/\{"cmd":"open"\} +sent/);
      await command(terminal, '@gate {"cmd":"status"}');
      const screen = await terminal.waitFor(/\{"cmd":"status"\} +replied \d+ ms/);
      expect(screen).toMatch(/\? gate/);
      expect(screen).not.toMatch(/queued|delivered/);
      await terminal.press('Escape', '2', 'g', 'Enter');
      await terminal.waitFor(/sent +the relay does not tell what becomes of messages/);
      await terminal.press('Escape', 'T');
      await terminal.waitFor(/has no room tap/);
      await terminal.press('q');
      await terminal.waitForShell();
    },
    terminalTestMs,
  );
});
