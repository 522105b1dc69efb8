/** Which key is pressed in which place by which walk: together they are the table of keys. */
import { keysOf, type Place } from '../../../src/tui/keys/keymap.ts';
import { beginnings, giveUp, waitFor } from './beginnings.ts';
import { keeping, staying, stopping, ways } from './ends.ts';
import { keySteps } from './walk.ts';

/** The keys of the table with one of these commands in this place. */
export function keysFor(place: Place, ...commands: readonly string[]): readonly string[] {
  return keysOf(place)
    .filter(({ command }) => commands.includes(command))
    .flatMap(({ keys }) => keys);
}

/** The keys that quit in a place that a way leads to. */
export function quittingKeys(place: Place): readonly string[] {
  return keysFor(place, 'quit', 'clear-or-quit');
}

export const exitingPlaces = ['first-run', 'busy'] as const;

export function pressedIn(place: Place): readonly string[] {
  const steps = [...keySteps, ...beginnings, ...waitFor(''), ...giveUp('')].filter((step) => step.place === place);
  const hasWay = ways.some((way) => way.place === place);
  return [
    ...steps.flatMap(({ do: keys = [] }) => keys),
    ...(hasWay ? [...quittingKeys(place), ...keysFor(place, 'suspend')] : []),
    ...(exitingPlaces.some((exiting) => exiting === place) ? keysFor(place, 'exit') : []),
    ...(place === 'confirm-quit' ? [...staying, ...stopping, ...keeping] : []),
  ];
}
