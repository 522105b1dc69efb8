import { describe, expect, it } from 'vitest';
import type { DeviceDetail, QueuedMessage } from '../../../src/client/http-types.ts';
import { chosenItem } from '../../../src/tui/model/menu.ts';
import { layoutOf, overlayRows } from '../../../src/tui/state/layout.ts';
import { overlayLines } from '../../../src/tui/state/overlay-lines.ts';
import { createHarness, type Harness, offline, online, ownSession, startMs } from '../harness.ts';

const devices = [online('mouse_pi'), offline('pump-1', 2)];

function menuOf({ state }: Harness) {
  if (state.overlay?.kind !== 'menu') throw new Error(`no menu is open: ${state.overlay?.kind}`);
  return state.overlay.menu;
}

describe('the palette', () => {
  it('offers every command by its name, and runs the one that is chosen', () => {
    const commander = createHarness({ devices });
    commander.press(':');
    commander.type('went wrong');
    expect(chosenItem(menuOf(commander))?.about).toBe('e');
    commander.press('enter');
    expect(commander.state.overlay?.kind).toBe('problems');
  });

  it('goes round with the arrows, and Esc closes it', () => {
    const commander = createHarness({ devices });
    commander.press(':', 'up');
    expect(menuOf(commander).index).toBe(menuOf(commander).items.length - 1);
    commander.press('down');
    expect(menuOf(commander).index).toBe(0);
    commander.press('escape');
    expect(commander.state.overlay).toBeUndefined();
  });

  it('does nothing when nothing has what is typed', () => {
    const commander = createHarness({ devices });
    commander.press(':');
    commander.type('no such command');
    commander.press('enter');
    expect(menuOf(commander).shown).toEqual([]);
    expect(commander.effects).toEqual([]);
  });
});

describe('saved commands', () => {
  const open = { payload: '{"cmd":"open","seconds":{{seconds}},"say":"{{text}}"}', targets: ['mouse_pi'] };

  it('ask for their variables and fill the composer, where only Enter sends', () => {
    const commander = createHarness({ devices });
    commander.press('i', 'ctrl+t');
    expect(commander.effects).toEqual([{ effect: 'list-snippets' }]);
    commander.act({ type: 'snippets-listed', snippets: new Map([['open', open]]) });
    commander.press('enter');
    commander.type('5');
    commander.press('enter');
    commander.type('a "word"');
    commander.press('enter');
    expect(commander.state.composer.buffer.text).toBe('@mouse_pi {"cmd":"open","seconds":5,"say":"a \\"word\\""}');
    expect(commander.sent).toEqual([]);
    commander.press('enter');
    expect(commander.sent).toHaveLength(1);
  });

  it('say what is wrong with a value, and ask again', () => {
    const commander = createHarness({ devices });
    commander.press('i');
    commander.act({ type: 'snippets-listed', snippets: new Map([['go', { ...open, payload: '{"n":{{n}}}' }]]) });
    commander.press('enter');
    commander.type('fast');
    commander.press('enter');
    expect(commander.state.overlay).toMatchObject({
      kind: 'prompt',
      prompt: { problem: expect.stringContaining('not JSON') },
    });
    commander.press('ctrl+u');
    commander.type('7');
    commander.press('enter');
    expect(commander.state.composer.buffer.text).toBe('@mouse_pi {"n":7}');
  });

  it('are saved from the composer under a name that is one', () => {
    const commander = createHarness({ devices });
    commander.type('@mouse_pi {"cmd":"open"}');
    commander.act({ type: 'snippets-listed', snippets: new Map() });
    commander.press('enter');
    commander.type('two words');
    commander.press('enter');
    expect(commander.effects).toEqual([]);
    commander.press('ctrl+u');
    commander.type('open');
    commander.press('enter');
    const snippet = { payload: '{"cmd":"open"}', targets: ['mouse_pi'] };
    expect(commander.effects).toEqual([{ effect: 'save-snippet', name: 'open', snippet }]);
    commander.act({ type: 'prompt-refused', reason: 'open is taken' });
    expect(commander.state.overlay).toMatchObject({ prompt: { problem: 'open is taken', isBusy: false } });
    commander.act({ type: 'prompt-done', words: 'Saved as open.' });
    expect(commander.state.overlay).toBeUndefined();
  });
});

describe('saved connections', () => {
  it('are chosen from a list', () => {
    const commander = createHarness({ devices });
    commander.press('p');
    expect(commander.effects).toEqual([{ effect: 'list-profiles' }]);
    const profiles = [
      { name: 'prod', url: 'wss://relay.example' },
      { name: 'test', url: 'wss://test.example' },
    ];
    commander.act({ type: 'profiles-listed', profiles });
    commander.type('test');
    commander.press('enter');
    expect(commander.effects.at(-1)).toEqual({ effect: 'open-profile', name: 'test' });
    expect(commander.state.overlay).toBeUndefined();
  });
});

describe('adding a device', () => {
  it('asks for its name, refuses one that is none, and shows the token once', () => {
    const commander = createHarness({ devices });
    commander.press('a');
    commander.type('a,b');
    commander.press('enter');
    expect(commander.effects).toEqual([]);
    commander.press('ctrl+u');
    commander.type('gate');
    commander.press('enter', 'enter');
    expect(commander.effects).toEqual([{ effect: 'add-device', id: 'gate' }]);
    const device = {
      id: 'gate',
      token: 'rly_device_x',
      url: 'ws://relay/ws/connect/',
      worker: '#!/usr/bin/env python3',
    };
    const written = (): readonly string[] => {
      const { overlay } = commander.state;
      const lines = overlay?.kind === 'new-device' ? overlayLines(commander.state, overlay) : [];
      return lines.filter(({ lead }) => lead === 'Written').map(({ text }) => text);
    };
    commander.act({ type: 'device-added', device });
    expect(written()).toEqual([]);
    commander.press('escape');
    commander.act({ type: 'device-added', device: { ...device, id: 'my gate' } });
    expect(written()).toEqual(['@"my gate"  in commands']);
    commander.press('y', 't', 's');
    expect(commander.effects.slice(1)).toEqual([
      { effect: 'copy', text: device.worker },
      { effect: 'copy', text: device.token },
      { effect: 'save-worker', worker: device.worker },
    ]);
    commander.press('escape');
    expect(JSON.stringify(commander.state)).not.toContain('rly_device_x');
  });
});

const detail: DeviceDetail = {
  device: 'pump-1',
  state: 'offline',
  online_since: null,
  last_seen: null,
  waiting: 2,
  registered: true,
  address: null,
  created_at: null,
  outcomes: [],
};

function queued(seq: number, handed = false): QueuedMessage {
  const at = new Date(startMs - 5000).toISOString();
  return { seq, from: 'boss', queued_at: at, expires_at: null, attempts: 0, handed, payload: `{"n":${seq}}` };
}

function look(...messages: readonly QueuedMessage[]) {
  const queue = { target: 'pump-1', waiting: messages.length, bytes: 20, messages };
  return { type: 'device-looked', id: 'pump-1', detail, queue, problem: undefined } as const;
}

function commanderWithSheet(...messages: readonly QueuedMessage[]) {
  const commander = createHarness({ devices, session: ownSession });
  commander.press('j', 'enter');
  commander.act(look(...messages));
  return commander;
}

describe('the sheet of a device', () => {
  it('asks the relay, and again every two seconds while it is open', () => {
    const commander = commanderWithSheet(queued(1));
    const asked = () => commander.effects.filter(({ effect }) => effect === 'look').length;
    expect(asked()).toBe(1);
    commander.wait(2500);
    expect(asked()).toBe(2);
    commander.press('escape');
    commander.wait(2500);
    expect(asked()).toBe(2);
  });

  it('cancels one message, or all, after a yes', () => {
    const commander = commanderWithSheet(queued(1), queued(2));
    commander.press('j', 'x');
    expect(commander.state.overlay?.kind).toBe('confirm-removal');
    commander.press('n');
    expect(commander.state.overlay?.kind).toBe('device-sheet');
    expect(commander.effects.filter(({ effect }) => effect === 'remove')).toEqual([]);
    commander.press('x', 'y');
    expect(commander.effects.at(-1)).toEqual({
      effect: 'remove',
      removal: { remove: 'queued', target: 'pump-1', seq: 2 },
    });
    commander.press('X', 'y');
    expect(commander.effects.at(-1)).toEqual({
      effect: 'remove',
      removal: { remove: 'queue', target: 'pump-1', count: 2 },
    });
  });

  it('cancels nothing that is handed over, and nothing where nothing waits', () => {
    const handed = commanderWithSheet(queued(1, true));
    handed.press('x');
    expect(handed.state.overlay?.kind).toBe('device-sheet');
    expect(handed.state.notice?.text).toContain('too late');
    const empty = commanderWithSheet();
    empty.press('x', 'X');
    expect(empty.state.overlay?.kind).toBe('device-sheet');
  });

  it('keeps its cursor on the message, or on the one that took its place', () => {
    const commander = commanderWithSheet(queued(1), queued(2), queued(3));
    const cursor = () =>
      commander.state.overlay?.kind === 'device-sheet' ? commander.state.overlay.sheet.cursorSeq : 0;
    commander.press('j');
    expect(cursor()).toBe(2);
    commander.act(look(queued(2), queued(3)));
    expect(cursor()).toBe(2);
    commander.act(look(queued(3)));
    expect(cursor()).toBe(3);
  });
});

describe('the help', () => {
  it.each([
    ['1', 'Devices'],
    ['2', 'Messages'],
  ])('begins with the keys of the pane that has the focus', (key, title) => {
    const commander = createHarness({ devices });
    commander.press(key, '?');
    const { overlay } = commander.state;
    const lines = overlay?.kind === 'help' ? overlayLines(commander.state, overlay) : [];
    expect(lines[0]?.lead).toBe(title);
    expect(lines.filter(({ text }) => text === 'every command by its name')).toHaveLength(1);
    expect(lines.filter(({ text }) => text === 'mark as a target')).toHaveLength(1);
    expect(lines.filter(({ text }) => text === 'stand still, and go on')).toHaveLength(1);
  });
});

describe('at 40 columns', () => {
  it('no word of the help is broken or lost', () => {
    const commander = createHarness({ size: { columns: 40, rows: 12 }, devices });
    commander.press('?');
    const { overlay } = commander.state;
    const lines = overlay?.kind === 'help' ? overlayLines(commander.state, overlay) : [];
    expect(lines.map(({ text }) => text).join(' ')).toContain('what is known of this one, and what waits for it');
    expect(lines.every(({ text }) => text.length <= 20)).toBe(true);
  });
});

describe('scrolling what is longer than the screen', () => {
  it('goes on by a page, whose last row becomes the first', () => {
    const commander = createHarness({ size: { columns: 80, rows: 24 }, devices });
    const rows = overlayRows(layoutOf(commander.state));
    const top = () => (commander.state.overlay?.kind === 'help' ? commander.state.overlay.top : -1);
    commander.press('?', 'pagedown');
    expect(top()).toBe(rows - 1);
    commander.press('pagedown');
    expect(top()).toBe(2 * (rows - 1));
    commander.press('pageup');
    expect(top()).toBe(rows - 1);
  });

  it('ends where it ends, so that the way back begins at once', () => {
    const commander = createHarness({ size: { columns: 80, rows: 24 }, devices });
    const top = () => (commander.state.overlay?.kind === 'help' ? commander.state.overlay.top : -1);
    commander.press('?', 'G');
    const end = top();
    expect(end).toBeGreaterThan(20);
    commander.press('j', 'pagedown');
    expect(top()).toBe(end);
    commander.press('k');
    expect(top()).toBe(end - 1);
    commander.press('g');
    expect(top()).toBe(0);
  });
});
