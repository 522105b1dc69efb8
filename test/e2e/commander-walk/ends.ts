/** The keys that end the commander, each pressed in each place that has it, and the ways there from the lists of a room. */
import type { Place } from '../../../src/tui/keys/keymap.ts';
import { composerOpen, devicesOpen, messagesOpen, type Step, within } from './step.ts';

export interface Way {
  readonly place: Place;
  /** From the list of devices to the place. */
  readonly steps: readonly Step[];
}

const toMessages = within('devices', ['2', messagesOpen]);

/** A message has come, and a device is there. */
export const ways: readonly Way[] = [
  { place: 'devices', steps: within('devices', ['', devicesOpen]) },
  { place: 'messages', steps: toMessages },
  { place: 'detail', steps: [...toMessages, ...within('messages', ['g enter', /╭ Message/])] },
  { place: 'composer', steps: within('devices', ['i', composerOpen]) },
  { place: 'help', steps: within('devices', ['?', /╭ Keys/]) },
  { place: 'problems', steps: within('devices', ['e', /╭ What went wrong/]) },
  { place: 'device-sheet', steps: within('devices', ['enter', /Nothing waits for it/]) },
  {
    place: 'new-device',
    steps: [
      ...within('devices', ['a', /Add a device/]),
      ...within('prompt', ['', /› beta/, 'beta'], ['enter', /rly_device_/]),
    ],
  },
];

/** What it is asked before a relay inside ends that others are connected to: keys that stay, keys that stop it, and the one that leaves it running. */
export const staying = ['n', 'escape', 'ctrl+c'] as const;
export const stopping = ['s', 'y'] as const;
export const keeping = ['k'] as const;
