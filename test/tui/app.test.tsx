import { render } from 'ink-testing-library';
import { describe, expect, it, vi } from 'vitest';
import { App } from '../../src/tui/app.tsx';
import { initialState } from '../../src/tui/state/state.ts';
import type { Effect } from '../../src/tui/state/step.ts';
import { createStore } from '../../src/tui/store.ts';
import { createLook } from '../../src/tui/text/look.ts';
import { online, received, startMs } from './harness.ts';

/** The whole app on the fake terminal of ink-testing-library, 100 columns wide. */
function startApp() {
  const effects: Effect[] = [];
  const initial = initialState({
    size: { columns: 100, rows: 24 },
    nowMs: startMs,
    messageIdPrefix: 'c-test',
    screen: { name: 'main' },
  });
  const store = createStore(initial, { now: () => startMs, perform: (effect) => effects.push(effect) });
  const connection = { phase: 'authenticated', clientId: 'me', sinceMs: startMs } as const;
  store.dispatch({ type: 'connection-changed', connection });
  store.dispatch({ type: 'devices-polled', devices: [online('mouse_pi')], isComplete: true });
  const look = createLook({ isAscii: false, hasColor: false });
  const app = render(<App store={store} look={look} onSuspender={() => undefined} />);
  return {
    store,
    effects,
    frame: () => app.lastFrame() ?? '',
    write: (data: string) => app.stdin.write(data),
    [Symbol.dispose]() {
      app.unmount();
      store.close();
    },
  };
}

describe('the app', () => {
  it('sends a command that is typed in one piece with its Enter', async () => {
    using app = startApp();
    app.write('i@mouse_pi {"cmd":"x"}\r');
    await vi.waitFor(() => expect(app.effects).toHaveLength(2));
    expect(app.effects[0]).toMatchObject({ effect: 'send', target: 'mouse_pi', json: '{"cmd":"x","_id":"c-test-1"}' });
    expect(app.effects[1]).toEqual({ effect: 'remember', command: '@mouse_pi {"cmd":"x"}' });
    expect(app.frame()).toContain('→ mouse_pi');
  });

  it('moves with the arrows of every kind of terminal', async () => {
    using app = startApp();
    app.store.dispatch({ type: 'devices-polled', devices: ['a', 'b', 'c'].map(online), isComplete: true });
    app.write('\u001b[B');
    await vi.waitFor(() => expect(app.frame()).toContain('› ● b'));
    app.write('\u001bOB');
    await vi.waitFor(() => expect(app.frame()).toContain('› ● c'));
  });

  it('takes a bracketed paste as text, whatever is in it', async () => {
    using app = startApp();
    app.write('i');
    app.write('\u001b[200~@mouse_pi {"cmd":"x"}\rq\u001b[201~');
    await vi.waitFor(() => expect(app.store.state.composer.buffer.text).toBe('@mouse_pi {"cmd":"x"}\nq'));
    expect(app.effects).toEqual([]);
  });

  it('goes back to the list on Esc', async () => {
    using app = startApp();
    app.write('i');
    app.write('\u001b');
    await vi.waitFor(() => expect(app.store.state.focus).toBe('devices'));
  });

  it('shows what comes from the network', async () => {
    using app = startApp();
    app.store.enqueue(received({ sender: 'mouse_pi', ok: true }));
    await vi.waitFor(() => expect(app.frame()).toContain('← mouse_pi  {"ok":true}'));
  });
});

describe('a key that the relay does not take any more', () => {
  it('is followed by another one, pasted, without being seen', async () => {
    using app = startApp();
    const ending = { kind: 'refused', closeCode: 4010, reason: 'the key was revoked' } as const;
    app.store.dispatch({ type: 'relay-chosen', label: 'prod', url: 'wss://relay.example' });
    app.store.dispatch({ type: 'connection-changed', connection: { phase: 'closed', ending } });
    await vi.waitFor(() => expect(app.frame()).toContain('the key was revoked   K another key   c connect again'));
    expect(app.frame()).toContain('key refused');
    app.write('K');
    await vi.waitFor(() => expect(app.frame()).toContain('› Master key'));
    app.write('\u001b[200~rly_master_secret\n\u001b[201~');
    await vi.waitFor(() => expect(app.frame()).toContain('•'.repeat(17)));
    app.write('\r');
    await vi.waitFor(() => expect(app.frame()).toContain('› Save as'));
    app.write('\r');
    await vi.waitFor(() => expect(app.frame()).toContain('Connecting to'));
    expect(app.frame()).not.toContain('secret');
    expect(app.effects).toMatchObject([{ effect: 'join', joining: { authKey: 'rly_master_secret', name: '' } }]);
  });

  it('is not offered to be replaced for another reason', () => {
    using app = startApp();
    const ending = { kind: 'replaced', closeCode: 4009, reason: 'another session took the client id' } as const;
    app.store.dispatch({ type: 'connection-changed', connection: { phase: 'closed', ending } });
    expect(app.frame()).not.toContain('another key');
  });
});
