/** What Tab completes where there is no screen: words behind a colon, and names. */
import { writeName } from '../model/command-text.ts';
import { placeOf } from '../state/place.ts';
import type { CommanderState } from '../state/state.ts';
import { words } from './words.ts';

const takesName = /^:(?:look|remove|token)\s+(\S*)$/;

/** The candidates for the end of the line, and the part of it that they replace. */
export function completeLine(state: CommanderState, line: string): [candidates: string[], part: string] {
  const place = placeOf(state);
  if (state.screen.name !== 'main' || place === 'prompt' || place === 'menu') return [[], line];
  const ids = state.devices.all.map(({ id }) => id);
  const fitting = (candidates: readonly string[], part: string): [string[], string] => [
    candidates.filter((candidate) => candidate.startsWith(part)),
    part,
  ];
  if (/^:\S*$/.test(line))
    return fitting(
      ['help', ...Object.keys(words)].map((word) => `:${word} `),
      line,
    );
  const named = takesName.exec(line)?.[1];
  if (named !== undefined) return fitting(ids, named);
  const written = /(?:^|\s)(@[^\s{]*)$/.exec(line)?.[1];
  return written === undefined
    ? [[], line]
    : fitting(
        ids.map((id) => `${writeName(id)} `),
        written,
      );
}
