/** Colours and signs. Everything is said by a sign as well, so that nothing is lost where there are no colours. */

export interface Glyphs {
  readonly online: string;
  readonly offline: string;
  readonly unknown: string;
  readonly waiting: string;
  readonly cursor: string;
  readonly mark: string;
  readonly received: string;
  readonly sent: string;
  readonly target: string;
  /** What others said to each other. */
  readonly tapped: string;
  readonly good: string;
  readonly bad: string;
  readonly ellipsis: string;
  readonly follow: string;
  readonly paused: string;
  readonly horizontal: string;
  readonly vertical: string;
  readonly topLeft: string;
  readonly topRight: string;
  readonly bottomLeft: string;
  readonly bottomRight: string;
  /** Stands for each character of a key that is typed. */
  readonly secret: string;
}

const unicodeGlyphs: Glyphs = {
  online: '●',
  offline: '○',
  unknown: '?',
  waiting: '⧗',
  cursor: '›',
  mark: '*',
  received: '←',
  sent: '→',
  target: '→',
  tapped: '↔',
  good: '✓',
  bad: '✗',
  ellipsis: '…',
  follow: '▶',
  paused: '⏸',
  horizontal: '─',
  vertical: '│',
  topLeft: '╭',
  topRight: '╮',
  bottomLeft: '╰',
  bottomRight: '╯',
  secret: '•',
};

const asciiGlyphs: Glyphs = {
  online: '+',
  offline: '-',
  unknown: '?',
  waiting: 'w',
  cursor: '>',
  mark: '*',
  received: '<',
  sent: '>',
  target: '->',
  tapped: '=',
  good: 'ok',
  bad: 'x',
  ellipsis: '~',
  follow: '>',
  paused: '=',
  horizontal: '-',
  vertical: '|',
  topLeft: '+',
  topRight: '+',
  bottomLeft: '+',
  bottomRight: '+',
  secret: '*',
};

export type Tone = 'plain' | 'dim' | 'bold' | 'accent' | 'good' | 'warn' | 'bad';

/** SGR codes that switch on and off; the sixteen colours that every theme defines. */
const codes: Readonly<Record<Exclude<Tone, 'plain'>, readonly [on: number, off: number]>> = {
  dim: [2, 22],
  bold: [1, 22],
  accent: [36, 39],
  good: [32, 39],
  warn: [33, 39],
  bad: [31, 39],
};

export interface Look {
  readonly glyphs: Glyphs;
  /** Whether the terminal prints ASCII alone. */
  readonly isAscii: boolean;
  /** The visible text in a tone. */
  readonly paint: (tone: Tone, text: string) => string;
}

export interface LookOptions {
  readonly isAscii: boolean;
  readonly hasColor: boolean;
}

export function createLook({ isAscii, hasColor }: LookOptions): Look {
  return {
    isAscii,
    glyphs: isAscii ? asciiGlyphs : unicodeGlyphs,
    paint(tone, text) {
      if (!hasColor || tone === 'plain' || text === '') return text;
      const [on, off] = codes[tone];
      return `\u001b[${on}m${text}\u001b[${off}m`;
    },
  };
}
