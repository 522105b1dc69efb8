/** Most bytes of UTF-8 that a client id may have (PROTOCOL A2). */
export const clientIdBytesMax = 128;

// Control characters of C0, DEL and C1, and the comma, which separates ids in a query string.
const forbidden = /[\u0000-\u001f\u007f-\u009f,]/;

function utf8Length(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    // Two units of a surrogate pair make four bytes together; every other unit from U+0800 on makes three.
    if (unit >= 0xd800 && unit <= 0xdfff) bytes += 1;
    else if (unit > 0x7ff) bytes += 2;
    else if (unit > 0x7f) bytes += 1;
  }
  return bytes;
}

/**
 * Whether a value names a client: 1 to 128 bytes of UTF-8 without control characters, commas, or spaces at its ends
 * (PROTOCOL A2). A lone surrogate has no UTF-8 and is none.
 */
export function isClientId(value: unknown): value is string {
  if (typeof value !== 'string' || value.length === 0 || value.length > clientIdBytesMax) return false;
  if (value.startsWith(' ') || value.endsWith(' ') || forbidden.test(value)) return false;
  return value.isWellFormed() && utf8Length(value) <= clientIdBytesMax;
}
