/** The keys of the first screens, from an empty home on; an address where nobody answers is put in by the test. */
import { devicesOpen, editing, type Step, typed, within } from './step.ts';

const startChosen = /› Start one/;
const connectChosen = /› Connect to a relay/;
const addressField = /› Address/;
const keyField = /› Master key/;
const nameField = /› Save as/;
const busy = /Connecting to ws:/;

const field = (text: string): RegExp => new RegExp(`› Address +${typed(text)} *\\n`);

/** Up to the form, and back again by every way. */
export const beginnings: readonly Step[] = [
  ...within(
    'first-run',
    ['', startChosen],
    ['j', connectChosen],
    ['k', startChosen],
    ['down', connectChosen],
    ['up', startChosen],
    ['tab', connectChosen],
    ['enter', addressField],
  ),
  ...editing('connect-form', field),
  ...within(
    'connect-form',
    ['tab', keyField],
    ['shift+tab', addressField],
    ['down', keyField],
    ['up', addressField],
    ['escape', connectChosen],
  ),
  ...within('first-run', ['enter', addressField]),
  ...within('connect-form', ['ctrl+c', connectChosen]),
];

/** From the devices of a room to one relay more that is waited for, given up with each key, and back. */
export function giveUp(url: string): readonly Step[] {
  return [
    ...within('devices', ['p', /add a relay/]),
    ...within('menu', ['', /› add a relay/, 'add a'], ['enter', addressField]),
    ...within(
      'connect-form',
      ['', /ws:/, url],
      ['enter', keyField],
      ['', /••/, 'some-key'],
      ['enter', nameField],
      ['enter', busy],
    ),
    ...within('connecting', ['ctrl+c', nameField]),
    ...within('connect-form', ['enter', busy]),
    ...within('connecting', ['escape', nameField]),
    ...within('connect-form', ['escape', devicesOpen]),
  ];
}

/** From the choice to a connection that is waited for. */
export function waitFor(url: string): readonly Step[] {
  return [
    ...within('first-run', ['down', connectChosen], ['enter', addressField]),
    ...within('connect-form', ['', /ws:/, url], ['enter', keyField], ['', /••/, 'some-key'], ['enter', busy]),
  ];
}
