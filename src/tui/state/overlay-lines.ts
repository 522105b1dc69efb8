/** The words of what can be scrolled, as lines: the views paint them, and scrolling knows where they end. */
import { keysOf, type Place } from '../keys/keymap.ts';
import { isWrittenAsItIs, writeName } from '../model/command-text.ts';
import { cellWidth, wrapToCells, wrapWords } from '../text/cells.ts';
import { formatTime } from '../text/format.ts';
import { toVisible, toVisibleName } from '../text/visible.ts';
import { frameColumns } from './layout.ts';
import type { NewDevice, Overlay } from './overlay.ts';
import { placeOf } from './place.ts';
import type { CommanderState, Problem } from './state.ts';

/** One line: what stands at its beginning, and the rest. */
export interface OverlayLine {
  readonly lead: string;
  readonly text: string;
}

const helpPlaces = [
  ['devices', 'Devices'],
  ['messages', 'Messages'],
  ['detail', 'Detail of a message'],
  ['composer', 'Composer'],
  ['filter', 'Filter'],
  ['device-sheet', 'What is known of a device'],
  ['menu', 'Palette and other lists to choose from'],
  ['prompt', 'Questions'],
  ['connect-form', 'The address and the key of a relay'],
] as const satisfies readonly (readonly [Place, string])[];

/** The keys in the help stand in so many columns, with two between them and what they do. */
export const helpLeadColumns = 14;

const listPlaces: readonly Place[] = ['devices', 'messages', 'detail'];

/** Every key from the table of keys, those of the place where help was asked for first; what lists share is listed once. */
function helpLines(asked: Place, columns: number): readonly OverlayLine[] {
  const places = [...helpPlaces].sort(([a], [b]) => Number(b === asked) - Number(a === asked));
  const firstList = places.find(([place]) => listPlaces.includes(place))?.[0] ?? 'devices';
  const listed = keysOf(firstList);
  return places.flatMap(([place, title]) => {
    const isLater = place !== firstList && listPlaces.includes(place);
    const keys = keysOf(place).filter(
      ({ command, help }) => !(isLater && listed.some((known) => known.command === command && known.help === help)),
    );
    return [
      { lead: title, text: '' },
      ...keys.flatMap(({ label, help }) =>
        wrapWords(help, columns - helpLeadColumns - 2).map((text, index) => {
          return { lead: index === 0 ? `  ${label}` : '  ', text };
        }),
      ),
      { lead: '', text: '' },
    ];
  });
}

/** The newest first, because that is what somebody looks for. */
function problemLines(problems: readonly Problem[], columns: number): readonly OverlayLine[] {
  return problems.toReversed().flatMap(({ atMs, text }) => {
    const time = formatTime(atMs, false);
    const wrapped = wrapWords(toVisible(text), columns - cellWidth(time) - 2);
    return wrapped.map((part, index) => ({ lead: index === 0 ? time : ' '.repeat(time.length), text: part }));
  });
}

function oldTokenWords(keptFor: string | undefined): string {
  if (keptFor === undefined) return 'The old token does not work any more.';
  return `The old token works for ${keptFor} more: give its machine the new one by then.`;
}

/** Whoever reads this has gone on to another relay. */
export function elsewhereWords(relay: string): string {
  return `This came from ${relay}, which is not the relay that is shown now.`;
}

const isLoopback = /^wss?:\/\/(127\.|localhost|\[::1\])/;

/** Whole, however narrow the terminal is: a token is copied from here. */
function newDeviceLines(
  { id, token, url, worker, oldToken, elsewhere }: NewDevice,
  columns: number,
): readonly OverlayLine[] {
  const wrap = (lead: string, text: string): readonly OverlayLine[] =>
    wrapToCells(text, columns - (lead === '' ? 0 : cellWidth(lead) + 2)).map((part, index) => {
      return { lead: index === 0 ? lead : ' '.repeat(lead.length), text: part };
    });
  const tell = (text: string): readonly OverlayLine[] =>
    wrapWords(text, columns).map((part) => ({ lead: '', text: part }));
  const nearOnly =
    'That address is good on this machine only; on another one write the name or address of this machine.';
  return [
    ...(elsewhere === undefined ? [] : tell(toVisible(elsewhereWords(elsewhere)))),
    ...wrap('Device ', toVisibleName(id)),
    ...(isWrittenAsItIs(id) ? [] : wrap('Written', toVisible(`${writeName(id)}  in commands`))),
    ...wrap('Address', toVisible(url)),
    ...(isLoopback.test(url) ? tell(nearOnly) : []),
    { lead: '', text: '' },
    ...(oldToken === undefined ? [] : tell(oldTokenWords(oldToken.keptFor))),
    ...tell('The token, shown this once (t copies it):'),
    ...wrap('', toVisible(token)),
    { lead: '', text: '' },
    ...tell('A worker for its machine, as worker.py (y copies it, s saves it):'),
    { lead: '', text: '' },
    ...worker.split('\n').flatMap((line) => wrap('', toVisible(line))),
  ];
}

export function overlayLines(
  state: CommanderState,
  overlay: Extract<Overlay, { readonly top: number }>,
): readonly OverlayLine[] {
  switch (overlay.kind) {
    case 'help':
      return helpLines(placeOf({ ...state, overlay: undefined }), state.size.columns - frameColumns);
    case 'problems':
      return problemLines(state.problems, state.size.columns - frameColumns);
    case 'new-device':
      return newDeviceLines(overlay.device, state.size.columns - frameColumns);
  }
}
