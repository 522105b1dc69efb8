/** The keys of what stands in the place of the lists: help, menus, questions, the sheet of a device. */
import { type Binding, bind, editing, moving, type PlaceKeys } from './binding.ts';

const closing: readonly Binding[] = [
  bind('escape enter q', 'close-overlay', 'Esc', 'close', 'close'),
  bind('ctrl+c', 'quit', '^C', 'quit'),
];

/** A yes is one key and a no is several. */
function asking(yes: Binding, no: string): PlaceKeys {
  return { own: [], shared: [yes, bind('n escape ctrl+c', 'close-overlay', 'Esc', no, no)] };
}

export const overlayKeys = {
  help: { own: [], shared: [...moving, bind('?', 'close-overlay', '?', 'close'), ...closing] },
  problems: { own: [], shared: [bind('e', 'close-overlay', 'e', 'close'), ...moving, ...closing] },
  menu: {
    own: [],
    shared: [
      bind('enter', 'menu-choose', 'Enter', 'choose', 'choose'),
      bind('down tab', 'menu-next', '↓', 'next', 'next'),
      bind('up shift+tab', 'menu-previous', '↑', 'the one before', 'before'),
      bind('ctrl+u', 'clear', '^U', 'clear', 'clear'),
      bind('escape ctrl+c', 'close-overlay', 'Esc', 'close', 'close'),
      ...editing,
    ],
  },
  prompt: {
    own: [],
    shared: [
      bind('enter', 'prompt-submit', 'Enter', 'done', 'done'),
      bind('ctrl+u', 'clear', '^U', 'clear', 'clear'),
      bind('escape ctrl+c', 'close-overlay', 'Esc', 'give up', 'give up'),
      ...editing,
    ],
  },
  'device-sheet': {
    own: [],
    shared: [
      bind('enter i @', 'address-device', 'Enter', 'write a command to it', 'write'),
      ...moving,
      bind('x', 'cancel-queued', 'x', 'cancel the waiting message under the cursor', 'cancel'),
      bind('X', 'purge-queue', 'X', 'cancel all that waits', 'cancel all'),
      bind('y', 'copy-queued', 'y', 'copy the waiting message', 'copy'),
      bind('R', 'rotate-token', 'R', 'a new token for it (asks)', 'new token'),
      bind('D', 'remove-device', 'D', 'remove it and its token (asks for its name)', 'remove'),
      bind('escape q', 'close-overlay', 'Esc', 'close', 'close'),
      bind('ctrl+c', 'quit', '^C', 'quit'),
    ],
  },
  'new-device': {
    own: [],
    shared: [
      bind('y', 'copy-worker', 'y', 'copy the worker', 'copy the worker'),
      bind('t', 'copy-token', 't', 'copy the token', 'copy the token'),
      bind('s', 'save-worker', 's', 'save the worker in a file', 'save the worker'),
      ...moving,
      bind('escape enter', 'close-overlay', 'Esc', 'close; the token is not shown again', 'close'),
      bind('ctrl+c', 'quit', '^C', 'quit'),
    ],
  },
  'confirm-send': asking(bind('y', 'confirm', 'y', 'send', 'send'), 'do not send'),
  'confirm-removal': asking(bind('y', 'confirm', 'y', 'cancel it', 'cancel it'), 'keep it'),
  'confirm-rotation': asking(bind('y', 'confirm', 'y', 'make the new token', 'make it'), 'keep the old one'),
  'confirm-quit': {
    own: [],
    shared: [
      bind('k', 'quit-and-keep', 'k', 'quit, and keep the relay running', 'keep it running'),
      bind('s y', 'exit', 's', 'stop the relay and quit', 'stop it and quit'),
      bind('n escape ctrl+c', 'close-overlay', 'Esc', 'stay', 'stay'),
    ],
  },
} as const satisfies Record<string, PlaceKeys>;
