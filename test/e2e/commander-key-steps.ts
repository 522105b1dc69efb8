/** A walk through every key of the commander: what is pressed where, and what the screen shows then. */
import type { Place } from '../../src/tui/keys/keymap.ts';

export interface Step {
  /** What has the keyboard when the keys are pressed. */
  readonly place: Place;
  /** Keys by the names of the table, one after the other. */
  readonly do?: readonly string[];
  /** Characters that are typed after them. */
  readonly type?: string;
  readonly shows: RegExp;
}

type Shown = RegExp;

/** Steps in one place: keys (with spaces between them) and what they lead to. */
function within(place: Place, ...steps: readonly (readonly [keys: string, shows: Shown, type?: string])[]): Step[] {
  return steps.map(([keys, shows, type]) => ({
    place,
    do: keys === '' ? [] : keys.split(' '),
    shows,
    ...(type === undefined ? {} : { type }),
  }));
}

// The room has alpha and beta, and two messages wait for beta. Patterns fit both layouts: two lists side by side, or one and a
// strip in which the list that is open stands in brackets.
const devicesOpen = /1 Devices \d+ ›/;
const messagesOpen = /2 Messages ›/;
const composerOpen = /3 Compose ›/;
const cursorOn = (name: string): RegExp => new RegExp(`› [●○] ${name}`);
const composed = (text: string): RegExp => new RegExp(`│ ${text.replaceAll(/[{}[\]()*+?.\\^$|]/g, '\\$&')} *│`);

/** A text in which the sign of the cursor may stand anywhere. */
const typed = (text: string): string => [...text, ''].join('_?');

const moving = (place: Place, down: RegExp, up: RegExp): Step[] =>
  within(
    place,
    ['j', down],
    ['k', up],
    ['down', down],
    ['up', up],
    ['G', down],
    ['g', up],
    ['end', down],
    ['home', up],
    ['pagedown', down],
    ['pageup', up],
    ['ctrl+f', down],
    ['ctrl+b', up],
  );

/** Keys that edit one line, from `ab cd` with the cursor behind it back to nothing. */
const editing = (place: Place, shown: (text: string) => RegExp): Step[] =>
  within(
    place,
    ['', shown('ab cd'), 'ab cd'],
    ['left ctrl+b', shown('ab 1cd'), '1'],
    ['backspace', shown('ab cd')],
    ['right ctrl+f', shown('ab cd2'), '2'],
    ['ctrl+h', shown('ab cd')],
    ['home', shown('3ab cd'), '3'],
    ['ctrl+a delete', shown('ab cd')],
    ['end', shown('ab cd4'), '4'],
    ['ctrl+a ctrl+e', shown('ab cd45'), '5'],
    ['backspace backspace', shown('ab cd')],
    ['ctrl+left', shown('ab 6cd'), '6'],
    ['backspace alt+left', shown('7ab cd'), '7'],
    ['ctrl+a ctrl+d', shown('ab cd')],
    ['ctrl+right', shown('ab8 cd'), '8'],
    ['backspace alt+right', shown('ab cd9'), '9'],
    ['backspace alt+b', shown('ab 0cd'), '0'],
    ['backspace alt+f', shown('ab cd1'), '1'],
    ['ctrl+w', shown('ab ')],
    ['alt+backspace', shown('')],
    ['', shown('xy'), 'xy'],
    ['ctrl+u', shown('')],
  );

const lists: readonly Step[] = [
  ...moving('devices', cursorOn('beta'), cursorOn('alpha')),
  ...within(
    'devices',
    ['space', /1 \*/],
    ['escape', /Compose → nobody/],
    ['o', /sorted: online first/],
    ['o', /seen last/],
    ['o', /most waiting/],
    ['o', /by name/],
    ['y', /sent to the terminal/],
    ['tab', messagesOpen],
    ['shift+tab', devicesOpen],
    ['2', messagesOpen],
    ['1', devicesOpen],
    ['z', /╭ 1 Devices \d+ ›.*─╮\s*\n/],
    ['z', devicesOpen],
    ['w t t t f', devicesOpen],
    ['T', /The room tap is on/],
    ['T', /The room tap is off/],
    ['c', /connected already/],
    ['p', /No connection is saved|Saved connections/],
    ['s', /no message to save/],
    ['ctrl+l', devicesOpen],
    ['i', composerOpen],
  ),
  ...within('composer', ['escape', devicesOpen]),
  ...within('devices', ['?', /Keys/]),
  ...within('help', ['escape', devicesOpen]),
  ...within('devices', ['e', /What went wrong/]),
  ...within('problems', ['escape', devicesOpen]),
  ...within('devices', [':', /Commands/]),
  ...within('menu', ['escape', devicesOpen]),
  ...within('devices', ['3', composerOpen]),
  ...within('composer', ['escape', devicesOpen]),
  ...within('devices', ['{', composed('{')]),
  ...within('composer', ['ctrl+u escape', devicesOpen]),
  ...within('devices', ['@', composed('@')]),
  ...within('composer', ['ctrl+c escape', devicesOpen]),
];

const composer: readonly Step[] = [
  ...within('devices', ['i', composerOpen]),
  ...editing('composer', (text) => composed(text === '' ? '@name {"cmd":"status"}' : text)),
  ...within('composer', ['', composed('@al'), '@al'], ['tab', composed('@alpha ')]),
  ...within(
    'composer',
    ['', /JSON ✗ col/, '{"n":3,'],
    ['ctrl+j', /│ +│/, '"m":4}'],
    ['alt+enter', /JSON ✓/],
    ['backspace enter', /→ alpha|2 Messages 1/],
    ['up', /"m":4/],
    ['down', composed('@name {"cmd":"status"}')],
    ['ctrl+r', /"m":4/],
    ['ctrl+u', composed('@name {"cmd":"status"}')],
    ['ctrl+t', /No command is saved yet/],
    ['ctrl+o', composed('written outside')],
    ['ctrl+u ctrl+l', composerOpen],
    ['', composed('@alpha {"n":5}'), '@alpha {"n":5}'],
    ['enter', composed('@name {"cmd":"status"}')],
    ['shift+tab', messagesOpen],
  ),
];

const messages: readonly Step[] = [
  ...within('messages', ['g', /› .*"n":3/], ['f', /FOLLOW/]),
  ...moving('messages', /› .*"n":5/, /› .*"n":3/),
  ...within(
    'messages',
    ['f', /FOLLOW/],
    ['space', /PAUSED/],
    ['space', /FOLLOW/],
    ['y', /sent to the terminal/],
    ['s', /messages saved in/],
    ['w', messagesOpen],
    ['w', messagesOpen],
    ['t', /\+\d\.\d{3}s/],
    ['t', /\d{4}-\d\d-\d\d \d\d:/],
    ['t', /› *\d\d:\d\d:\d\d/],
    ['z', /╭ 2 Messages ›/],
    ['z', messagesOpen],
    ['N', /set one with \//],
    ['tab', composerOpen],
  ),
  ...within('composer', ['escape', messagesOpen]),
  ...within('messages', ['shift+tab', devicesOpen]),
  ...within('devices', ['2', messagesOpen]),
  ...within('messages', ['1', devicesOpen]),
  ...within('devices', ['2', messagesOpen]),
  ...within('messages', ['2 T', /room tap is on/], ['T', /room tap is off/], ['c', /connected already/]),
  ...within('messages', ['p', /No connection is saved|Saved connections/], ['ctrl+l', messagesOpen], ['/', /\/_/]),
  ...within('filter', ['', /\/n=3_/, 'n=3'], ['enter', /\/n=3 /]),
  ...within('messages', ['escape', messagesOpen], ['n N', /› .*"n":3|Nothing before/], ['G', /› .*"n":5/]),
  ...within('messages', ['x', /"n":5\} +cancelled/], ['g r', /│ @alpha \{"n":3,/]),
  ...within('composer', ['ctrl+u escape', messagesOpen]),
  ...within('messages', ['i', composerOpen]),
  ...within('composer', ['escape', messagesOpen]),
  ...within('messages', ['3', composerOpen]),
  ...within('composer', ['escape', messagesOpen]),
  ...within('messages', ['{', composed('{')]),
  ...within('composer', ['ctrl+u escape', messagesOpen]),
  ...within('messages', ['@', composed('@')]),
  ...within('composer', ['ctrl+u escape', messagesOpen]),
];

const detail: readonly Step[] = [
  ...within('messages', ['g enter', /to alpha/]),
  ...within(
    'detail',
    ['j', /"n": 5/],
    ['k', /"n": 3/],
    ['down', /"n": 5/],
    ['up', /"n": 3/],
    ['pagedown pageup space', /to alpha/],
    ['y', /sent to the terminal/],
    ['x', /queued|cancelled/],
    ['s', /saved in|Not saved/],
    ['w w t t t', /to alpha/],
    ['z', /to alpha/],
    ['z', /to alpha/],
    ['N', /Nothing before this fits/],
    ['n', /Nothing after this fits|› .*"n"/],
    ['T', /room tap is on/],
    ['T', /room tap is off/],
    ['c', /connected already/],
    ['p', /No connection is saved|Saved connections/],
    ['ctrl+l', /to alpha/],
    ['escape', messagesOpen],
  ),
  ...within('messages', ['enter', /to alpha/]),
  ...within('detail', ['enter', messagesOpen]),
  ...within('messages', ['enter', /to alpha/]),
  ...within('detail', ['f', /FOLLOW/]),
  ...within('messages', ['enter', /to alpha/]),
  ...within('detail', ['r', /│ @alpha/]),
  ...within('composer', ['ctrl+u escape', /to alpha/]),
  ...within('detail', ['tab', composerOpen]),
  ...within('composer', ['escape', /to alpha/]),
  ...within('detail', ['shift+tab', devicesOpen]),
  ...within('devices', ['2', /to alpha/]),
  ...within('detail', ['1', devicesOpen]),
  ...within('devices', ['2', /to alpha/]),
  ...within('detail', ['2 i', composerOpen]),
  ...within('composer', ['escape', /to alpha/]),
  ...within('detail', ['3', composerOpen]),
  ...within('composer', ['escape', /to alpha/]),
  ...within('detail', ['{', composed('{')]),
  ...within('composer', ['ctrl+u escape', /to alpha/]),
  ...within('detail', ['@', composed('@')]),
  ...within('composer', ['ctrl+u escape', /to alpha/]),
  ...within('detail', ['?', /Keys/]),
  ...within('help', ['?', /to alpha/]),
  ...within('detail', ['e', /What went wrong/]),
  ...within('problems', ['e', /to alpha/]),
  ...within('detail', [':', /Commands/]),
  ...within('menu', ['escape', /to alpha/]),
  ...within('detail', ['f', messagesOpen]),
];

const filter: readonly Step[] = [
  ...within('messages', ['/', /\/n=3_|\/_/]),
  ...within('filter', ['ctrl+u', /\/_/]),
  ...editing('filter', (text) => new RegExp(`/_?${typed(text)} ─`)),
  ...within('filter', ['escape', messagesOpen]),
  ...within('messages', ['/', /\/_/]),
  ...within('filter', ['ctrl+c', messagesOpen]),
  ...within('messages', ['/', /\/_/]),
  ...within('filter', ['tab', messagesOpen]),
];

const overlays: readonly Step[] = [
  ...within('messages', ['?', /Keys/]),
  ...within('help', ['j', /2-\d+ of/], ['k', /1-\d+ of/], ['down', /2-\d+ of/], ['up', /1-\d+ of/]),
  ...within(
    'help',
    ['G', /(\d+)-(\d+) of \2/],
    ['g', / 1-\d+ of/],
    ['end', /(\d+)-(\d+) of \2/],
    ['home', / 1-\d+ of/],
  ),
  ...within('help', ['pagedown', /11-\d+ of/], ['pageup', / 1-\d+ of/], ['ctrl+f', /11-\d+ of/], ['ctrl+b', / 1-/]),
  ...within('help', ['enter', messagesOpen]),
  ...within('messages', ['?', /Keys/]),
  ...within('help', ['q', messagesOpen]),
  ...within('messages', ['?', /Keys/]),
  ...within('help', ['escape', messagesOpen]),
  ...within('messages', ['e', /What went wrong/]),
  ...within(
    'problems',
    ['j k down up pagedown pageup ctrl+f ctrl+b g G home end', /What went wrong/],
    ['e', messagesOpen],
  ),
  ...within('messages', ['e', /What went wrong/]),
  ...within('problems', ['escape', messagesOpen]),
  ...within('messages', ['e', /What went wrong/]),
  ...within('problems', ['enter', messagesOpen]),
  ...within('messages', ['e', /What went wrong/]),
  ...within('problems', ['q', messagesOpen]),
  ...within('messages', [':', /Commands/]),
  ...within(
    'menu',
    ['down', /› stand still/],
    ['up', /› filter:/],
    ['tab', /› stand still/],
    ['shift+tab', /› filter:/],
  ),
  ...editing('menu', (text) => new RegExp(`│ +_?${typed(text)} +│`)),
  ...within('menu', ['', /› copy/, 'copy the message'], ['enter', /sent to the terminal/]),
  ...within('messages', [':', /Commands/]),
  ...within('menu', ['ctrl+c', messagesOpen]),
  ...within('messages', ['1', devicesOpen]),
];

const sheets: readonly Step[] = [
  ...within('devices', ['/', /\/_/]),
  ...within('filter', ['', /\/bet_/, 'bet'], ['enter', cursorOn('beta')]),
  ...within('devices', ['escape G', cursorOn('beta')], ['enter', /Waiting for it: 2/]),
  ...moving('device-sheet', /› .*\{"n":2/, /› .*\{"n":1/),
  ...within('device-sheet', ['y', /sent to the terminal/], ['x', /Cancel message \d+ to beta/]),
  ...within('confirm-removal', ['n', /Waiting for it: 2/]),
  ...within('device-sheet', ['X', /Cancel all 2/]),
  ...within('confirm-removal', ['escape', /Waiting for it: 2/]),
  ...within('device-sheet', ['X', /Cancel all 2/]),
  ...within('confirm-removal', ['ctrl+c', /Waiting for it: 2/]),
  ...within('device-sheet', ['X', /Cancel all 2/]),
  ...within('confirm-removal', ['y', /Nothing waits for it/]),
  ...within('device-sheet', ['enter', composed('@beta')]),
  ...within('composer', ['ctrl+u escape', devicesOpen]),
  ...within('devices', ['enter', /Nothing waits for it/]),
  ...within('device-sheet', ['i', composed('@beta')]),
  ...within('composer', ['ctrl+u escape', devicesOpen]),
  ...within('devices', ['enter', /Nothing waits for it/]),
  ...within('device-sheet', ['@', composed('@beta')]),
  ...within('composer', ['ctrl+u escape', devicesOpen]),
  ...within('devices', ['enter', /Nothing waits for it/]),
  ...within('device-sheet', ['q', devicesOpen]),
  ...within('devices', ['enter', /Nothing waits for it/]),
  ...within('device-sheet', ['escape', devicesOpen]),
  ...within('devices', ['a', /Add a device/]),
  ...editing('prompt', (text) => new RegExp(`› _?${typed(text)} +│`)),
  ...within('prompt', ['escape', devicesOpen]),
  ...within('devices', ['a', /Add a device/]),
  ...within('prompt', ['ctrl+c', devicesOpen]),
  ...within('devices', ['a', /Add a device/]),
  ...within('prompt', ['', /› gamma_/, 'gamma'], ['enter', /rly_device_/]),
  ...within('new-device', ['y', /worker is copied/], ['t', /token is copied/]),
  ...within('new-device', ['j', /2-\d+ of/], ['k', / 1-\d+ of/], ['down', /2-\d+ of/], ['up', / 1-\d+ of/]),
  ...within(
    'new-device',
    ['G', /(\d+)-(\d+) of \2/],
    ['g', / 1-\d+ of/],
    ['end', /(\d+)-(\d+) of \2/],
    ['home', / 1-\d+ of/],
  ),
  ...within('new-device', ['pagedown pageup ctrl+f ctrl+b', / 1-\d+ of/], ['enter', devicesOpen]),
  ...within('devices', ['a', /Add a device/]),
  ...within('prompt', ['', /› delta_/, 'delta'], ['enter', /rly_device_/]),
  ...within('new-device', ['escape', devicesOpen]),
];

const asking: readonly Step[] = [
  ...within('devices', ['g space j space i', /Compose › → alpha/]),
  ...within('composer', ['', /JSON ✓/, '{"n":6}'], ['enter', /Send to 2 devices\?/]),
  ...within('confirm-send', ['n', /JSON ✓/]),
  ...within('composer', ['enter', /Send to 2 devices\?/]),
  ...within('confirm-send', ['escape', /JSON ✓/]),
  ...within('composer', ['enter', /Send to 2 devices\?/]),
  ...within('confirm-send', ['ctrl+c', /JSON ✓/]),
  ...within('composer', ['enter', /Send to 2 devices\?/]),
  ...within('confirm-send', ['y', /Compose › → nobody/]),
  ...within('composer', ['escape', devicesOpen]),
];

export const keySteps: readonly Step[] = [
  ...lists,
  ...composer,
  ...messages,
  ...detail,
  ...filter,
  ...overlays,
  ...sheets,
  ...asking,
];
