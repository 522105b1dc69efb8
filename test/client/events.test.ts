import { afterEach, describe, expect, it, vi } from 'vitest';
import { createEvents } from '../../src/client/events.ts';

interface Numbers {
  number: number;
}

function createNumbers() {
  return createEvents<Numbers>({ number: new Set() });
}

describe('the events of a client', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('reach every listener until it stops', () => {
    const events = createNumbers();
    const first: number[] = [];
    const second: number[] = [];
    const stop = events.on('number', (value) => first.push(value));
    events.on('number', (value) => second.push(value));
    events.emit('number', 1);
    stop();
    events.emit('number', 2);
    expect([first, second]).toEqual([[1], [1, 2]]);
  });

  it('reach all listeners in the order they happened, also when a listener causes the next one', () => {
    const events = createNumbers();
    const seen: number[] = [];
    events.on('number', (value) => {
      if (value < 3) events.emit('number', value + 1);
    });
    events.on('number', (value) => seen.push(value));
    events.emit('number', 1);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('survive a listener that throws, whose error surfaces outside', () => {
    const later = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => undefined);
    const events = createNumbers();
    const seen: number[] = [];
    events.on('number', () => {
      throw new Error('a bug of the listener');
    });
    events.on('number', (value) => seen.push(value));
    events.emit('number', 1);
    events.emit('number', 2);
    expect(seen).toEqual([1, 2]);
    expect(later).toHaveBeenCalledTimes(2);
    expect(later.mock.calls[0]?.[0]).toThrow('a bug of the listener');
  });
});
