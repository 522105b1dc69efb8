import { bind, editing, type PlaceKeys } from './binding.ts';

export const composerKeys: PlaceKeys = {
  own: [
    bind('enter', 'send', 'Enter', 'send', 'send'),
    bind('ctrl+j alt+enter', 'newline', '^J', 'a line more (also Alt+Enter)', 'newline'),
    bind('tab', 'complete', 'Tab', 'complete the name behind @; with nothing written, the next pane', 'complete'),
    bind('ctrl+o', 'edit-outside', '^O', 'write it in $EDITOR', 'editor'),
    bind('ctrl+t', 'open-snippets', '^T', 'saved commands', 'snippets'),
    bind('up', 'history-older', '↑', 'earlier command, from the first line', 'earlier'),
    bind('down', 'history-newer', '↓', 'later command, from the last line'),
    bind('ctrl+r', 'history-older', '^R', 'earlier command'),
    bind('ctrl+u', 'clear', '^U', 'clear', 'clear'),
  ],
  shared: [
    bind('shift+tab', 'focus-previous', 'Shift+Tab', 'messages', 'messages'),
    bind('ctrl+l', 'redraw', '^L', 'draw the screen again'),
    bind('ctrl+z', 'suspend', '^Z', 'to the background (fg comes back)'),
    bind('ctrl+c', 'clear-or-quit', '^C', 'clear, then quit', 'clear, then quit'),
    bind('escape', 'leave-composer', 'Esc', 'back to the list', 'back to the list'),
    ...editing,
  ],
};

export const filterKeys: PlaceKeys = {
  own: [],
  shared: [
    bind('enter tab', 'keep-filter', 'Enter', 'keep the filter', 'keep'),
    bind('ctrl+u', 'clear', '^U', 'clear', 'clear'),
    bind('escape ctrl+c', 'cancel-filter', 'Esc', 'as it was before', 'as before'),
    ...editing,
  ],
};
