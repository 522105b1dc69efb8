import { editText } from './session/edit-text.ts';

/** What the commander asks of the terminal besides drawing. */
export interface TerminalControl {
  /** Puts the text on the clipboard of the terminal, which may be far from this machine (OSC 52). */
  copy(text: string): void;
  redraw(): void;
  /** Gives the terminal back to the shell until `fg`. */
  suspend(): void;
  /** Gives the terminal to $EDITOR with this text; resolves with what it made of it. */
  edit(text: string): Promise<string>;
}

/** Gives the terminal away while something else uses it. */
export type Suspender = (during: () => Promise<void>) => Promise<void>;

export interface Terminal extends TerminalControl {
  setSuspender(suspender: Suspender): void;
  /** Whether clicks and the wheel come here; else the terminal selects text with them. */
  setMouse(isOn: boolean): void;
}

/** The whole job stops, so that the shell of `npm start` notices too, and goes on with `fg`. */
async function stopJob(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  // A process that no shell looks after cannot be stopped; it goes on at once.
  const timer = setTimeout(resolve, 500);
  process.once('SIGCONT', resolve);
  process.kill(0, 'SIGTSTP');
  await promise;
  clearTimeout(timer);
  process.off('SIGCONT', resolve);
}

/** Presses and the wheel, with coordinates beyond column 223 (xterm's modes 1000 and 1006). */
const mouseOn = '\u001b[?1000h\u001b[?1006h';
const mouseOff = '\u001b[?1006l\u001b[?1000l';

export function createTerminal(write: (sequence: string) => void): Terminal {
  let suspender: Suspender | undefined;
  let isMouseOn = false;

  async function run(during: () => Promise<void>): Promise<void> {
    if (isMouseOn) write(mouseOff);
    try {
      await suspender?.(during);
    } finally {
      if (isMouseOn) write(mouseOn);
    }
  }

  function tryToRun(during: () => Promise<void>): void {
    // A second ^Z while the first is under way is refused by Ink and means nothing more.
    run(during).catch(() => undefined);
  }

  return {
    setSuspender(given) {
      suspender = given;
    },
    copy: (text) => write(`\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`),
    redraw: () => tryToRun(async () => undefined),
    suspend: () => tryToRun(stopJob),
    async edit(text) {
      let edited = text;
      await run(async () => {
        edited = await editText(text, process.env);
      });
      return edited;
    },
    setMouse(isOn) {
      if (isOn !== isMouseOn) write(isOn ? mouseOn : mouseOff);
      isMouseOn = isOn;
    },
  };
}
