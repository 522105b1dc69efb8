/** Characters that do something instead of being seen: controls, and what turns the direction of a text or hides in it. */
const acting = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The text with such characters written as escapes, so that what a device sends is shown and not obeyed. */
export function visibleText(text: string): string {
  return text.replaceAll(acting, (character) =>
    character === '\n' || character === '\t'
      ? character
      : `\\u{${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}}`,
  );
}
