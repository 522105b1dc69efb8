/** C1 controls and DEL (JSON keeps C0 out of its strings by itself), and what reverses or hides text on a screen. */
const obeyed = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/**
 * Makes text from outside safe for a terminal: what the terminal would obey is shown as an escape instead (UX "The
 * commander"). Inside JSON the escape means the same character, so that the text stays the same message. Newlines and
 * tabs stay.
 */
export function printable(text: string): string {
  return text.replace(obeyed, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A JSON text on one line: raw line breaks can only be insignificant white space, and only then is anything removed. */
export function onOneLine(json: string): string {
  return /[\r\n]/.test(json) ? json.replace(/[ \t]*[\r\n][ \t\r\n]*/g, '') : json;
}
