import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { initialState } from '../../src/tui/state/state.ts';
import type { Effect } from '../../src/tui/state/step.ts';
import { createStore } from '../../src/tui/store.ts';
import { received, startMs } from './harness.ts';

function newStore() {
  const effects: Effect[] = [];
  const initial = initialState({
    size: { columns: 80, rows: 24 },
    nowMs: startMs,
    messageIdPrefix: 'c',
    screen: { name: 'main' },
  });
  const store = createStore(initial, { now: () => startMs, perform: (effect) => effects.push(effect) });
  return { store, effects };
}

describe('the store', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('shows what comes from the network ten times a second at most', () => {
    const { store } = newStore();
    const shown = vi.fn();
    store.subscribe(shown);
    for (let n = 0; n < 500; n++) store.enqueue(received({ n }));
    expect(shown).not.toHaveBeenCalled();
    vi.advanceTimersByTime(100);
    expect(shown).toHaveBeenCalledTimes(1);
    expect(store.state.messages.log.entries).toHaveLength(500);
    vi.advanceTimersByTime(1000);
    expect(shown).toHaveBeenCalledTimes(1);
  });

  it('shows a key at once, after what came before it', () => {
    const { store, effects } = newStore();
    const shown = vi.fn();
    store.subscribe(shown);
    store.enqueue(received({ n: 1 }));
    const before = store.version;
    store.dispatch({ type: 'strokes', strokes: [{ key: 'q' }] });
    expect(store.version).toBe(before + 1);
    expect(store.state.messages.log.entries).toHaveLength(1);
    expect(effects).toEqual([{ effect: 'exit' }]);
    vi.advanceTimersByTime(1000);
    expect(shown).toHaveBeenCalledTimes(1);
  });

  it('keeps the order of what happened', () => {
    const { store } = newStore();
    store.enqueue(received({ n: 1 }));
    store.enqueue({ type: 'round-trip', roundTripMs: 5 });
    store.enqueue(received({ n: 2 }));
    vi.advanceTimersByTime(100);
    expect(store.state.messages.log.entries.map(({ seq, text }) => [seq, text])).toEqual([
      [1, '{"n":1}'],
      [2, '{"n":2}'],
    ]);
  });

  it('shows nothing any more once it is closed', () => {
    const { store } = newStore();
    const shown = vi.fn();
    store.subscribe(shown);
    store.enqueue(received({ n: 1 }));
    store.close();
    vi.advanceTimersByTime(1000);
    expect(shown).not.toHaveBeenCalled();
  });
});
