import { describe, expect, it } from 'vitest';
import { takeMouse } from '../../src/tui/mouse-input.ts';
import type { MouseStroke } from '../../src/tui/strokes.ts';
import { createHarness, online } from './harness.ts';

describe('the reports of a mouse', () => {
  it('are taken out of what was typed: presses and the wheel, no releases', () => {
    const strokes: MouseStroke[] = [];
    const typed = 'a\u001b[<0;12;5Mb\u001b[<0;12;5m\u001b[<64;200;40M\u001b[<2;1;1M\u001b[A';
    expect(takeMouse(typed, (stroke) => strokes.push(stroke))).toBe('ab\u001b[A');
    expect(strokes).toEqual([
      { what: 'press', column: 11, row: 4 },
      { what: 'wheel-up', column: 199, row: 39 },
    ]);
  });
});

describe('the mouse', () => {
  const click = (column: number, row: number) => ({ mouse: { what: 'press', column, row } }) as const;
  const wheel = (what: 'wheel-up' | 'wheel-down', column: number, row: number) => ({ mouse: { what, column, row } });

  function commanderWith(...ids: readonly string[]) {
    const commander = createHarness({ devices: ids.map(online) });
    const use = (stroke: { readonly mouse: MouseStroke }) => commander.act({ type: 'strokes', strokes: [stroke] });
    return { commander, use };
  }

  it('chooses a pane, and a device in its list', () => {
    const { commander, use } = commanderWith('a', 'b', 'c');
    use(click(5, 4));
    expect(commander.state.devices.cursorId).toBe('c');
    use(click(60, 4));
    expect(commander.state.focus).toBe('messages');
    use(click(60, 33));
    expect(commander.state.focus).toBe('composer');
  });

  it('moves with its wheel in the list below it, and in what is open', () => {
    const { commander, use } = commanderWith('a', 'b', 'c', 'd', 'e');
    use(wheel('wheel-down', 5, 5));
    expect(commander.state.devices.cursorId).toBe('d');
    use(wheel('wheel-up', 5, 5));
    expect(commander.state.devices.cursorId).toBe('a');
    commander.press('?');
    use(wheel('wheel-down', 5, 5));
    expect(commander.state.overlay).toEqual({ kind: 'help', top: 3 });
  });
});
