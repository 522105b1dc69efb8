/** What a terminal sends for a key of the table of keys. */
const named: Readonly<Record<string, string>> = {
  enter: '\r',
  escape: '\u001b',
  tab: '\t',
  'shift+tab': '\u001b[Z',
  space: ' ',
  backspace: '\u007f',
  delete: '\u001b[3~',
  up: '\u001b[A',
  down: '\u001b[B',
  right: '\u001b[C',
  left: '\u001b[D',
  home: '\u001b[H',
  end: '\u001b[F',
  pageup: '\u001b[5~',
  pagedown: '\u001b[6~',
  'ctrl+left': '\u001b[1;5D',
  'ctrl+right': '\u001b[1;5C',
  'alt+left': '\u001b[1;3D',
  'alt+right': '\u001b[1;3C',
};

/** The bytes of a key by its name in the table: `j`, `ctrl+c`, `shift+tab`, `alt+enter`. */
export function bytesOfKey(key: string): string {
  const known = named[key];
  if (known !== undefined) return known;
  if (key.startsWith('alt+')) return `\u001b${bytesOfKey(key.slice('alt+'.length))}`;
  const control = /^ctrl\+([a-z])$/.exec(key)?.[1];
  if (control !== undefined) return String.fromCharCode(control.charCodeAt(0) - 96);
  if ([...key].length === 1) return key;
  throw new Error(`no terminal has a key ${key}`);
}
