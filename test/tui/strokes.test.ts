import type { Key } from 'ink';
import { describe, expect, it } from 'vitest';
import { commandFor, keymap, keysOf, type Place } from '../../src/tui/keys/keymap.ts';
import { readStrokes } from '../../src/tui/strokes.ts';

const noKey: Key = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
};

describe('strokes', () => {
  it.each([
    ['a', {}, [{ key: 'a' }]],
    ['', { return: true }, [{ key: 'enter' }]],
    ['', { return: true, meta: true }, [{ key: 'alt+enter' }]],
    ['', { tab: true, shift: true }, [{ key: 'shift+tab' }]],
    ['', { escape: true, meta: true }, [{ key: 'escape' }]],
    ['c', { ctrl: true }, [{ key: 'ctrl+c' }]],
    ['\n', {}, [{ key: 'ctrl+j' }]],
    ['b', { meta: true }, [{ key: 'alt+b' }]],
    ['G', { meta: true, shift: true }, [{ key: 'alt+G' }]],
    ['G', { shift: true }, [{ key: 'G' }]],
    ['', {}, []],
  ] as const)('%j %j', (input, flags, strokes) => {
    expect(readStrokes(input, { ...noKey, ...flags })).toEqual(strokes);
  });

  it('splits what Ink reports in one piece', () => {
    expect(readStrokes('hello\rq\t', noKey)).toEqual([
      { text: 'hello' },
      { key: 'enter' },
      { key: 'q' },
      { key: 'tab' },
    ]);
  });
});

describe('the table of keys', () => {
  const places = Object.keys(keymap) as Place[];

  it.each(places)('gives every binding of %s a key that it can be reached by', (place) => {
    const unreachable = keysOf(place).filter(
      ({ keys, command }) => !keys.some((key) => commandFor(place, key) === command),
    );
    expect(unreachable).toEqual([]);
  });

  it('lets every place be left', () => {
    for (const place of places) expect(commandFor(place, 'ctrl+c')).toBeDefined();
  });
});
