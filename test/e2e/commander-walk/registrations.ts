/** The keys that give a device a new token, or take it away. */
import { cursorOn, devicesOpen, type Step, within } from './step.ts';

const sheetOpen = /Nothing waits for it/;
const sureOf = (fate: RegExp): RegExp => new RegExp(`Make a new token for gamma[\\s\\S]*${fate.source}`);

export const registrations: readonly Step[] = [
  ...within('devices', ['/', /\/_/]),
  ...within('filter', ['', /\/gam_/, 'gam'], ['enter', cursorOn('gamma')]),
  ...within('devices', ['R', /The old token of gamma goes on/]),
  ...within('prompt', ['', /› 1h_/, '1h'], ['enter', sureOf(/works for 1h more/)]),
  ...within('confirm-rotation', ['n', devicesOpen]),
  ...within('devices', ['enter', sheetOpen]),
  ...within('device-sheet', ['R', /The old token of gamma goes on/]),
  ...within('prompt', ['', /› 0_/, '0'], ['enter', sureOf(/stops working at once/)]),
  ...within('confirm-rotation', ['escape', sheetOpen]),
  ...within('device-sheet', ['R', /The old token of gamma goes on/]),
  ...within('prompt', ['', /› 0_/, '0'], ['enter', sureOf(/stops working at once/)]),
  ...within('confirm-rotation', ['ctrl+c', sheetOpen]),
  ...within('device-sheet', ['R', /The old token of gamma goes on/]),
  ...within('prompt', ['', /› 2h_/, '2h'], ['enter', sureOf(/works for 2h more/)]),
  ...within('confirm-rotation', ['y', /The old token works for 2h more/]),
  ...within('new-device', ['escape', devicesOpen]),
  ...within('devices', ['D', /Type gamma to remove it/]),
  ...within(
    'prompt',
    ['', /› beta_/, 'beta'],
    ['enter', /not its name: nothing is removed/],
    ['escape', cursorOn('gamma')],
  ),
  ...within('devices', ['enter', sheetOpen]),
  ...within('device-sheet', ['D', /Type gamma to remove it/]),
  ...within('prompt', ['escape', sheetOpen]),
  ...within('device-sheet', ['D', /Type gamma to remove it/]),
  ...within('prompt', ['', /› gamma_/, 'gamma'], ['enter', /gamma is removed/]),
  ...within('devices', ['escape escape', cursorOn('\\w+')]),
];
