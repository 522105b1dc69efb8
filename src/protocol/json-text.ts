const quote = 0x22;
const backslash = 0x5c;

// A byte order mark inside a string is a character like others and stays.
const utf8Decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export function isStringAt(bytes: Uint8Array, start: number): boolean {
  return bytes[start] === quote;
}

/** The text of a JSON string that was found valid; `start` and `end` enclose its quotes. */
export function readText(bytes: Uint8Array, start: number, end: number): string {
  let ascii = '';
  for (let at = start + 1; at < end - 1; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === backslash || byte > 0x7f) return String(JSON.parse(utf8Decoder.decode(bytes.subarray(start, end))));
    ascii += String.fromCharCode(byte);
  }
  return ascii;
}
