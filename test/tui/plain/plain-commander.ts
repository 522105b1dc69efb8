/** The commander in lines, without network and terminal: lines go in, what is said comes out. */
import { announce } from '../../../src/tui/plain/announce.ts';
import { askedSince } from '../../../src/tui/plain/asked.ts';
import { readLine } from '../../../src/tui/plain/read-line.ts';
import type { Action } from '../../../src/tui/state/action.ts';
import { createHarness, type Harness, type HarnessOptions, offline, online } from '../harness.ts';

export const plainDevices = [online('gate'), offline('pump-1'), offline('pump-2')];

export interface PlainCommander {
  readonly commander: Harness;
  /** Types a line; answers what is said. */
  enter(line: string): readonly string[];
  /** Lets something happen; answers what is said. */
  hear(...actions: readonly Action[]): readonly string[];
}

export function plainCommander(options: HarnessOptions = { devices: plainDevices }): PlainCommander {
  const commander = createHarness(options);
  const saidAfter = (actions: readonly Action[]): readonly string[] => {
    const before = commander.state;
    commander.act(...actions);
    return [...askedSince(before, commander.state), ...announce(before, commander.state)];
  };
  return {
    commander,
    enter: (line) => {
      const { actions, say } = readLine(commander.state, line);
      return [...say, ...saidAfter(actions)];
    },
    hear: (...actions) => saidAfter(actions),
  };
}
