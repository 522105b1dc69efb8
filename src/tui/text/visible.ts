/**
 * What others wrote is shown and never obeyed: control characters, escape sequences, bidirectional overrides and everything
 * else that moves a cursor, hides or reorders text becomes its JSON escape, which says exactly what is there.
 */

const plainAscii = /^[\x20-\x7e]*$/;
const beyondAscii = /[^\x20-\x7e]/gu;

/** Letters, digits, punctuation and symbols, the space and the ideographic space. */
const printable = /^[\p{L}\p{N}\p{P}\p{S}\u0020\u3000]$/u;
const combiningMark = /^\p{Mn}$/u;

/**
 * Characters that are invisible or on whose width terminals do not agree: regional indicators, skin tones, conjoining jamo,
 * letters that join the one behind them. Escaped too, so that no row is ever wider or narrower than it was measured.
 */
const disputed =
  /^[\p{Default_Ignorable_Code_Point}\p{Regional_Indicator}\p{Emoji_Modifier}\u1160-\u11ff\ud7b0-\ud7fb\u0d4e\u{111c2}\u{111c3}\u{1193f}\u{11941}\u{11a84}-\u{11a89}\u{11d46}\u{11f02}\u{113d1}]$/u;

/** The Thai and the Lao vowel am, as the mark and the letter that it is drawn as: terminals measure these alike. */
const am: Readonly<Record<string, string>> = { '\u0e33': '\u0e4d\u0e32', '\u0eb3': '\u0ecd\u0eb2' };

// The request for a coloured picture changes how an emoji looks and, in some terminals alone, how wide it is.
const emojiStyle = /(?<=\p{Emoji})[\ufe0e\ufe0f]/gu;

/** A letter carries three marks in no language that needs more; a tower of them would cover the rows above. */
const marksMax = 3;

function escapeOf(character: string): string {
  const codePoint = character.codePointAt(0) ?? 0;
  const hex = codePoint.toString(16);
  return codePoint > 0xffff ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`;
}

/** The text in one line that is safe to print; `asciiOnly` for terminals that have no other characters. */
export function toVisible(text: string, asciiOnly = false): string {
  if (plainAscii.test(text)) return text;
  if (asciiOnly) return text.replace(beyondAscii, escapeOf);
  let visible = '';
  let marksLeft = 0;
  for (const character of text.replace(emojiStyle, '').replace(/[\u0e33\u0eb3]/g, (vowel) => am[vowel] ?? vowel)) {
    if (combiningMark.test(character) && !disputed.test(character)) {
      visible += marksLeft > 0 ? character : escapeOf(character);
      marksLeft--;
    } else if (printable.test(character) && !disputed.test(character)) {
      visible += character;
      marksLeft = /^\p{L}$/u.test(character) ? marksMax : 0;
    } else {
      visible += escapeOf(character);
      marksLeft = 0;
    }
  }
  return visible;
}

/**
 * A client id, safe to print and never like another one: a backslash of its own is doubled, so that it begins no escape. In a
 * JSON text it is doubled already.
 */
export function toVisibleName(id: string, asciiOnly = false): string {
  return toVisible(id.replaceAll('\\', '\\\\'), asciiOnly);
}
