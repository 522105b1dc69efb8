/** A token is shown once: never where what is typed for something else would close it. */
import { describe, expect, it } from 'vitest';
import { createHarness, online } from '../harness.ts';

const device = { id: 'crane', token: 'rly_device_x', url: 'wss://relay', worker: 'import json' };
const elsewhere = { ...device, elsewhere: 'workshop' };

describe('a token that comes when nobody waits for it', () => {
  it('is shown in the lists at once', () => {
    const commander = createHarness();
    commander.act({ type: 'device-added', device: elsewhere });
    expect(commander.state.overlay).toMatchObject({ kind: 'new-device', device: elsewhere });
  });

  it('waits for the end of a command that is being written, and says so', () => {
    const commander = createHarness({ devices: [online('gate')] });
    commander.press('i');
    commander.type('@gate {"cmd":"ye');
    commander.act({ type: 'device-added', device: elsewhere });
    expect(commander.state.notice?.text).toContain('The token of crane at workshop has come');
    commander.type('s"}');
    commander.press('enter');
    expect(commander.sent).toMatchObject([{ target: 'gate' }]);
    expect(commander.state.overlay).toMatchObject({ kind: 'new-device', device: elsewhere });
    commander.press('escape');
    expect(JSON.stringify(commander.state)).not.toContain('rly_device_x');
  });

  it('waits for the answer to a question, and for a form to be closed', () => {
    const commander = createHarness({ devices: [online('gate')] });
    commander.press('a');
    commander.act({ type: 'device-added', device: elsewhere });
    expect(commander.state.overlay?.kind).toBe('prompt');
    commander.press('escape');
    expect(commander.state.overlay?.kind).toBe('new-device');
    commander.press('escape', ':');
    commander.type('add a relay');
    commander.press('enter');
    commander.act({ type: 'device-added', device });
    expect(commander.state.screen.name).toBe('connect-form');
    commander.type('ty');
    expect(commander.state.screen).toMatchObject({ form: { url: { text: 'ty' } } });
    commander.press('escape');
    expect(commander.state.overlay).toMatchObject({ kind: 'new-device', device });
  });

  it('comes after another one that is still shown', () => {
    const commander = createHarness();
    commander.act({ type: 'device-added', device: elsewhere });
    commander.act({ type: 'device-added', device: { ...elsewhere, id: 'pump' } });
    expect(commander.state.overlay).toMatchObject({ device: { id: 'crane' } });
    commander.press('escape');
    expect(commander.state.overlay).toMatchObject({ device: { id: 'pump' } });
    commander.press('escape');
    expect(commander.state.overlay).toBeUndefined();
  });
});

describe('a token that is waited for', () => {
  it.each(['a', 'R'])('answers its question (%s)', (key) => {
    const commander = createHarness({ devices: [online('crane')] });
    commander.press(key);
    commander.type(key === 'a' ? 'crane' : '0');
    commander.press('enter');
    if (key === 'R') commander.press('y');
    commander.act({ type: 'device-added', device });
    expect(commander.state.overlay).toMatchObject({ kind: 'new-device', device });
  });
});
