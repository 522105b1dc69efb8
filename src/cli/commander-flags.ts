import type { Options } from 'yargs';
import { connectionOptions, type Example } from './command.ts';

/**
 * The flags of `relay` without a command. They stand at the top of every command line and of `relay --help`, so they are
 * known before, and without, the commander itself.
 */
export const commanderOptions = {
  url: connectionOptions.url,
  'ca-file': connectionOptions['ca-file'],
  mouse: { type: 'boolean', describe: 'Clicks and the wheel go to the commander' },
  plain: {
    type: 'boolean',
    describe: 'Lines instead of a screen, for screen readers: what changes is said, and commands are lines',
  },
  ascii: { type: 'boolean', describe: 'Draw with ASCII characters alone, for the Linux console' },
} as const satisfies Record<string, Options>;

export const commanderExamples: readonly [Example, Example] = [
  ['relay', 'Opens the commander; the first time it offers to start a relay here.'],
  ['relay --profile prod', 'The commander of another saved connection.'],
];
