import type { MouseStroke } from './strokes.ts';

/** Button, column and row from 1; `M` is a press (xterm's mode 1006). */
const mouseReport = /\u001b\[<(\d+);(\d+);(\d+)([Mm])/g;

const buttons: Readonly<Record<string, MouseStroke['what']>> = { 0: 'press', 64: 'wheel-up', 65: 'wheel-down' };

/** Takes the reports of the mouse out of what a terminal sent: what was typed remains. */
export function takeMouse(typed: string, onMouse: (stroke: MouseStroke) => void): string {
  return typed.replaceAll(mouseReport, (_report, button: string, column: string, row: string, end: string) => {
    const what = buttons[button];
    if (what !== undefined && end === 'M') onMouse({ what, column: Number(column) - 1, row: Number(row) - 1 });
    return '';
  });
}

/**
 * Standard input without the reports of the mouse, which Ink 8 would drop: it reads by `read()`, and everything else that it
 * does with the stream goes to the stream itself.
 */
export function withMouse(stdin: NodeJS.ReadStream, onMouse: (stroke: MouseStroke) => void): NodeJS.ReadStream {
  function read(size?: number): string | Buffer | null {
    for (;;) {
      const chunk: unknown = stdin.read(size);
      if (typeof chunk !== 'string' && !Buffer.isBuffer(chunk)) return null;
      const rest = takeMouse(String(chunk), onMouse);
      if (rest !== '') return rest;
    }
  }
  return new Proxy(stdin, {
    get(target, name) {
      if (name === 'read') return read;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
}
