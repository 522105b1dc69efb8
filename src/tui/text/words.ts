/** A word of a line and where it begins. */
export interface Word {
  readonly text: string;
  readonly index: number;
}

/** A part of a word: plain, or in quotes, which keep spaces together and are not part of it. */
const part = /"((?:[^"\\]|\\.)*)"?|'([^']*)'?|((?:[^\s"'\\]|\\.)+)/suy;

/**
 * Splits a line into words as a shell does: quotes keep spaces together. Backslashes stay, but for `\"` in double quotes; what a
 * word means by others is its own business.
 */
export function splitWords(text: string, from = 0): readonly Word[] {
  const words: Word[] = [];
  let position = from;
  for (;;) {
    position += /^\s*/.exec(text.slice(position))?.[0].length ?? 0;
    if (position >= text.length) return words;
    const index = position;
    let word = '';
    for (;;) {
      part.lastIndex = position;
      const match = part.exec(text);
      if (match === null) break;
      word += match[1]?.replaceAll('\\"', '"') ?? match[2] ?? match[3] ?? '';
      position += match[0].length;
    }
    // A backslash at the very end belongs to nothing.
    if (position === index) return words;
    words.push({ text: word, index });
  }
}
