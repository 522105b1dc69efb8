/** What somebody without documentation has only the screen for. */
import { renderToString } from 'ink';
import { describe, expect, it } from 'vitest';
import { Screen } from '../../../src/tui/app.tsx';
import { createLook } from '../../../src/tui/text/look.ts';
import { createHarness, type Harness, online, received } from '../harness.ts';
import { looked, playScene, small } from '../scenes/room.ts';

const devices = [online('gate')];

function screenOf({ state }: Harness): string {
  const look = createLook({ isAscii: false, hasColor: false });
  return renderToString(<Screen state={state} look={look} />, { columns: state.size.columns });
}

describe('the screen of a newcomer', () => {
  it('says as the first step what works where the keyboard is', () => {
    const commander = createHarness({ devices });
    expect(screenOf(commander)).toContain('Press i and write');
    commander.press('i');
    expect(screenOf(commander)).toContain('Write a command below');
    commander.type('@gate {"cmd":"status"}');
    expect(screenOf(commander)).toContain('Enter sends the command below.');
  });

  it('names nobody in the example where devices are marked', () => {
    const commander = createHarness({ devices });
    expect(screenOf(commander)).toContain('Press i and write: @name {"cmd":"status"}');
    commander.press('space');
    expect(screenOf(commander)).toContain('Press i and write: {"cmd":"status"}');
    commander.press('i');
    expect(screenOf(commander)).toContain('Write a command below: {"cmd":"status"}');
    expect(screenOf(commander)).not.toContain('@name');
  });

  it('says how a field becomes a number, where one looks like it and is a text', () => {
    const commander = createHarness({ devices });
    commander.press('i');
    commander.type('@gate cmd=open speed=5');
    commander.press('enter');
    expect(screenOf(commander)).toContain('Not sent yet.');
    expect(screenOf(commander)).toContain('Enter sends it. "5" is a text: := in the place of = makes it JSON.');
    commander.press('ctrl+u');
    commander.type('@gate cmd=open speed:=5');
    commander.press('enter');
    expect(screenOf(commander)).toContain('Enter sends it.');
    expect(screenOf(commander)).not.toContain('is a text');
  });

  it('offers to cancel what waits for a device only where something does', () => {
    const commander = playScene({
      name: '',
      size: { columns: 120, rows: 30 },
      play: (played) => played.press('j', 'j', 'j', 'enter'),
    });
    commander.act(looked);
    expect(screenOf(commander)).toContain('x cancel  X cancel all  y copy');
    commander.act({ ...looked, queue: { target: looked.id, waiting: 0, bytes: 0, messages: [] } });
    expect(screenOf(commander)).toContain('Nothing waits for it');
    expect(screenOf(commander)).toMatch(/Enter write {2}R new token {2}D remove {2}Esc close/);
  });

  it('says how there comes to be another saved connection', () => {
    const commander = createHarness({ devices });
    commander.act({ type: 'profiles-listed', profiles: [{ name: 'prod', url: 'wss://prod' }] });
    expect(screenOf(commander)).toMatch(/Saved connections[\s\S]*add a relay {2}its address and a master key/);
  });

  it('says how a log goes on that stands still because somebody moved in it', () => {
    const commander = createHarness({ devices });
    commander.act(received({ sender: 'gate', n: 1 }), received({ sender: 'gate', n: 2 }));
    commander.press('2');
    expect(screenOf(commander)).not.toContain('f follow');
    commander.press('k');
    expect(screenOf(commander)).toMatch(/PAUSED[\s\S]*╰ f follow · Enter detail/);
    commander.press('f');
    expect(screenOf(commander)).toContain('FOLLOW');
  });

  it('offers c to connect again where c does that, and not where it is a letter', () => {
    const commander = createHarness({ devices, connection: 'waiting' });
    expect(screenOf(commander)).toContain('c connect again');
    commander.press('i');
    expect(screenOf(commander)).toContain('the connection broke off');
    expect(screenOf(commander)).not.toContain('c connect again');
  });

  it('marks the connection that is looked at, also the one that was typed at the first start', () => {
    const commander = createHarness({ devices });
    commander.act({ type: 'relay-chosen', label: 'relay.example:8787', url: 'wss://relay.example:8787/ws/connect/' });
    commander.act({
      type: 'profiles-listed',
      profiles: [
        { name: 'relay.example', url: 'wss://relay.example:8787/' },
        { name: 'other', url: 'wss://other' },
      ],
    });
    expect(screenOf(commander).match(/this one/g)).toHaveLength(1);
    expect(screenOf(commander)).toMatch(/relay\.example .*this one/);
  });

  it('does not begin with errors that were seen on the form', () => {
    const commander = createHarness({ devices });
    commander.act({
      type: 'refused',
      error: { status: 'error', code: 'invalid_credentials', message: 'the key is not valid here' },
    });
    expect(screenOf(commander)).toContain('1 error (e)');
    commander.act({ type: 'begun' });
    expect(screenOf(commander)).not.toContain('(e)');
  });
});

describe('at 40 by 12', () => {
  it('the sheet of a device still shows what waits', () => {
    const commander = playScene({ name: '', size: small, play: (played) => played.press('j', 'j', 'j', 'enter') });
    commander.act(looked);
    expect(screenOf(commander)).toContain('{"cmd":"fil');
    expect(screenOf(commander)).toContain('Waiting for it: 2');
  });

  it.each([
    [':', 'menu'],
    ['a', 'prompt'],
    ['i', 'composer'],
    ['/', 'filter'],
    ['e', 'problems'],
    ['?', 'help'],
    ['enter', 'sheet'],
  ])('the way out stays in sight (%s)', (key) => {
    const commander = playScene({ name: '', size: small, play: (played) => played.press(key) });
    expect(screenOf(commander)).toMatch(/Esc \w/);
  });
});

/** The words of the screen without its frames and line breaks. */
function wordsOf(screen: string): string {
  return screen.replaceAll(/[│╭╮╰╯─\n]/g, ' ').replaceAll(/ +/g, ' ');
}

describe('what is said below', () => {
  it.each([
    { columns: 80, rows: 24 },
    { columns: 40, rows: 12 },
  ])('is said whole at $columns by $rows, and nothing leaves the screen for it', (size) => {
    const commander = createHarness({ devices, size });
    commander.press('i');
    commander.type('{"cmd":"open"}');
    expect(screenOf(commander).split('\n')).toHaveLength(size.rows);
    commander.press('enter');
    expect(wordsOf(screenOf(commander))).toContain('(Tab completes), or mark devices with Space.');
    expect(screenOf(commander).split('\n')).toHaveLength(size.rows);
    expect(screenOf(commander)).toContain('{"cmd":"open"}');
    commander.wait(10_000);
    expect(screenOf(commander)).toContain('Esc back to the list');
  });

  it.each([
    { columns: 80, rows: 24 },
    { columns: 40, rows: 12 },
  ])('is why the relay is not there, and the key, at $columns by $rows', (size) => {
    const commander = createHarness({ devices, size });
    const reason = 'nothing listens at 127.0.0.1:42013 (ECONNREFUSED); does the relay run there?';
    const ending = { kind: 'unreachable', closeCode: 1006, reason } as const;
    commander.act({ type: 'connection-changed', connection: { phase: 'waiting', attempt: 2, retryAtMs: 0, ending } });
    // On the smallest screen the list needs the room more than the end of the sentence, which e has, too.
    expect(wordsOf(screenOf(commander))).toContain(size.columns < 80 ? 'nothing listens at 127.0.0.1:42013' : reason);
    expect(screenOf(commander)).toContain('c connect again');
    expect(screenOf(commander).split('\n')).toHaveLength(size.rows);
  });

  it('moves the place of the composer up, also for the mouse', () => {
    const commander = createHarness({ devices, size: { columns: 80, rows: 24 } });
    commander.press('i');
    commander.type('{"cmd":"open"}');
    commander.press('enter', 'escape', '1', 'i', 'enter');
    const row = screenOf(commander)
      .split('\n')
      .findIndex((line) => line.includes('3 Compose'));
    commander.act({ type: 'told', tone: 'bad', text: 'word '.repeat(25) });
    commander.press('escape');
    expect(commander.state.focus).toBe('devices');
    commander.act({ type: 'told', tone: 'bad', text: 'word '.repeat(25) });
    commander.act({ type: 'strokes', strokes: [{ mouse: { what: 'press', column: 5, row } }] });
    expect(commander.state.focus).toBe('composer');
  });
});

describe('the form of a first connection at 40 by 12', () => {
  it('shows why the last try failed', () => {
    const commander = createHarness({
      size: { columns: 40, rows: 12 },
      connection: 'none',
      screen: { name: 'first-run', choice: 'connect', problem: undefined },
    });
    commander.press('enter');
    commander.type('relay.example');
    commander.press('enter');
    commander.type('wrong');
    commander.press('enter');
    commander.act({
      type: 'beginning-failed',
      reason: 'the key or token is not valid here: check it, or ask for a new one',
    });
    expect(wordsOf(screenOf(commander))).toContain('check it, or ask for a new one');
    expect(screenOf(commander)).toMatch(/Enter go on .*Esc back/);
  });
});
