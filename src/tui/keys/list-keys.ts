/** The keys of the lists: devices, messages, and the detail of a message. */
import { type Binding, bind, moving, type PlaceKeys } from './binding.ts';

/** Keys of both lists and of the detail. */
const everyList: readonly Binding[] = [
  bind('?', 'show-help', '?', 'this help', 'help'),
  bind('tab', 'focus-next', 'Tab', 'next pane', 'pane'),
  bind('shift+tab', 'focus-previous', 'Shift+Tab', 'pane before'),
  bind('1', 'focus-devices', '1', 'devices'),
  bind('2', 'focus-messages', '2', 'messages'),
  bind('i', 'focus-composer', 'i', 'write a command', 'compose'),
  bind('3', 'focus-composer', '3', 'composer'),
  bind('{ @', 'begin-command', '{ @', 'write a command that begins so'),
  bind('f', 'follow', 'f', 'follow what comes', 'follow'),
  bind('s', 'save', 's', 'save the messages that are shown in a file', 'save'),
  bind('w', 'toggle-wrap', 'w', 'long messages in several rows, or cut'),
  bind('t', 'change-time', 't', 'time of day, time between messages, or with the date'),
  bind('z', 'zoom', 'z', 'all the room for this list'),
  bind('e', 'show-problems', 'e', 'what went wrong'),
  bind('T', 'toggle-tap', 'T', 'the room tap: what others say, too'),
  bind('c', 'reconnect', 'c', 'connect again', 'connect again'),
  bind('K', 'enter-key', 'K', 'another key for this relay', 'another key'),
  bind('p', 'open-profiles', 'p', 'another saved connection, or a new one'),
  bind(':', 'open-palette', ':', 'every command by its name', 'palette'),
  bind('ctrl+l', 'redraw', '^L', 'draw the screen again'),
  bind('ctrl+z', 'suspend', '^Z', 'to the background (fg comes back)'),
  bind('q', 'quit', 'q', 'quit', 'quit'),
  bind('ctrl+c', 'quit', '^C', 'quit'),
];

export const deviceKeys: PlaceKeys = {
  own: [
    bind('/', 'open-filter', '/', 'filter by name', 'filter'),
    bind('space', 'toggle-mark', 'Space', 'mark as a target', 'mark'),
    bind('a', 'add-device', 'a', 'add a device', 'add'),
    bind('enter', 'open-device', 'Enter', 'what is known of this one, and what waits for it', 'look'),
    bind('D', 'remove-device', 'D', 'remove this device and its token (asks for its name)'),
    bind('R', 'rotate-token', 'R', 'a new token for this device (asks)'),
    bind('o', 'sort-devices', 'o', 'sort: by name, presence, last seen, waiting'),
    bind('y', 'copy', 'y', 'copy the name'),
    bind('escape', 'clear-marks', 'Esc', 'take the marks away, then the filter'),
    ...moving,
  ],
  shared: everyList,
};

export const messageKeys: PlaceKeys = {
  own: [
    bind('/', 'open-filter', '/', 'filter: text, from=ID, to=ID, field=value, -not', 'filter'),
    bind('space', 'toggle-pause', 'Space', 'stand still, and go on', 'pause'),
    bind('enter', 'open-detail', 'Enter', 'the whole message', 'detail'),
    bind('r', 'repeat', 'r', 'put a sent message into the composer', 'repeat'),
    bind('x', 'cancel-sent', 'x', 'cancel a message that waits in the queue', 'cancel'),
    bind('n', 'next-match', 'n', 'next message that fits the filter, or the last filter', 'next match'),
    bind('N', 'previous-match', 'N', 'the one before that fits'),
    bind('y', 'copy', 'y', 'copy the message', 'copy'),
    bind('escape', 'drop-filter', 'Esc', 'take the filter away'),
    ...moving,
  ],
  shared: everyList,
};

export const detailKeys: PlaceKeys = {
  own: [
    bind('escape enter', 'close-detail', 'Esc', 'close the detail', 'close'),
    bind('j down', 'row-down', 'j ↓', 'next message', 'next'),
    bind('k up', 'row-up', 'k ↑', 'message before', 'before'),
    bind('pagedown space', 'page-down', 'PgDn', 'scroll down', 'scroll'),
    bind('pageup', 'page-up', 'PgUp', 'scroll up'),
    bind('r', 'repeat', 'r', 'put a sent message into the composer', 'repeat'),
    bind('x', 'cancel-sent', 'x', 'cancel a message that waits in the queue'),
    bind('n', 'next-match', 'n', 'next message that fits the filter, or the last filter'),
    bind('N', 'previous-match', 'N', 'the one before that fits'),
    bind('y', 'copy', 'y', 'copy the message', 'copy'),
  ],
  shared: everyList,
};
