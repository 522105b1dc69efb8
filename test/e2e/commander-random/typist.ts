/** Somebody, or some cat, at the keyboard: every key there is, whole and broken sequences, pastes, and a window that changes its size. */
import { setInterval } from 'node:timers/promises';
import { keymap, keysOf, type Place } from '../../../src/tui/keys/keymap.ts';
import type { Random } from '../../server/simulation/random.ts';
import type { HeadlessTerminal } from '../headless/headless-terminal.ts';
import { bytesOfKey } from '../headless/keys.ts';

/** Faster than anybody types, as a keyboard on which something lies. */
const rhythmMs = 25;

const printable = Array.from({ length: 95 }, (_, n) => String.fromCharCode(32 + n));

/** Every key of the table, whatever its place. */
function tableKeys(): readonly string[] {
  const places = Object.keys(keymap).filter((place): place is Place => place in keymap);
  return [...new Set(places.flatMap((place) => keysOf(place).flatMap(({ keys }) => keys)))].map(bytesOfKey);
}

/** In the table too, but among so many that a minute might pass without: ^Z, ^C and q. */
const leaving = ['\u001a', '\u0003', 'q'];

/** What terminals send beside keys, and what is left of it when a line is bad. */
const sequences = [
  '\u001b[<0;5;5M',
  '\u001b[<0;5;5m',
  '\u001b[<64;40;10M',
  '\u001b[M !!',
  '\u001b[I',
  '\u001b[O',
  '\u001b[24;80R',
  '\u001b]11;rgb:0000/0000/0000\u0007',
  '\u001bOP',
  '\u001b[15~',
  '\u001b[1;2A',
  '\u001b[',
  '\u001bO',
  '\u001b[200~',
  '\u001b[201~',
  'é温\u202e👩‍🚀',
  '\u0000',
];

/** Nothing in them acts as a key, whatever has the keyboard. None is a whole command: whoever pastes one and presses Enter means it. */
const pastes = ['y\r\ny\r\n', 'q', 'rm -rf /\n', 'X\ry', '{"cmd":', '@', 'lorem ipsum '.repeat(400)].map(
  (text) => `\u001b[200~${text}\u001b[201~`,
);

const sizes = [
  [120, 36],
  [80, 24],
  [40, 12],
  [30, 8],
  [200, 50],
] as const;

function nextInput(random: Random, keys: readonly string[]): string {
  const of = (choices: readonly string[]): string => choices[random.below(choices.length)] ?? '';
  const chance = random.below(100);
  if (chance < 2) return of(leaving);
  if (chance < 55) return of(printable);
  if (chance < 88) return of(keys);
  if (chance < 94) return of(sequences);
  if (chance < 96) return of(pastes);
  // A key that is held down.
  return of([...printable, ...keys]).repeat(2 + random.below(12));
}

export interface Typed {
  /** How many inputs there were: keys, sequences, pastes. */
  readonly inputs: number;
}

/** Types for so long; what has the terminal meanwhile, and whether it ends and begins again, is nothing to the typist. */
export async function typeAtRandom(terminal: HeadlessTerminal, random: Random, durationMs: number): Promise<Typed> {
  const keys = tableKeys();
  const endMs = Date.now() + durationMs;
  let inputs = 0;
  for await (const _ of setInterval(rhythmMs)) {
    if (Date.now() >= endMs) break;
    terminal.type(nextInput(random, keys));
    inputs++;
    if (random.below(120) === 0) {
      const [columns, rows] = sizes[random.below(sizes.length)] ?? sizes[0];
      terminal.resize(columns, rows);
    }
  }
  return { inputs };
}
