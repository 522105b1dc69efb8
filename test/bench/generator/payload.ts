/**
 * What the payload of a message is made of. `records` is what devices send, readings with short keys and numbers: dear to
 * check. `text` is one long string: cheap to check.
 */
export const payloadStyles = ['records', 'text'] as const;
export type PayloadStyle = (typeof payloadStyles)[number];

/** Fills up with a string of so many letters, so that the payload has exactly the bytes asked for. */
function pad(fields: Readonly<Record<string, unknown>>, bytes: number): string {
  const missing = bytes - JSON.stringify({ ...fields, note: '' }).length;
  if (missing < 0) throw new Error(`a payload of ${bytes} B is too small for its fields: ask for ${bytes - missing} B`);
  return JSON.stringify({ ...fields, note: 'x'.repeat(missing) });
}

function makeRecords(count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => ({
    t: 1_718_000_000 + index,
    v: 20.5 + (index % 40) / 8,
    ok: true,
  }));
}

/**
 * A JSON object of exactly so many bytes, addressed as the relay's contract wants it; other servers get the same. With `id` the
 * sender asks for a receipt.
 */
export function makePayload(from: string, to: string, bytes: number, style: PayloadStyle, id?: string): Buffer {
  const fields = { ...(id === undefined ? {} : { _id: id }), target: to, sender: from };
  if (style === 'text') return Buffer.from(pad(fields, bytes));
  const emptyBytes = JSON.stringify({ ...fields, data: [], note: '' }).length;
  const recordBytes = JSON.stringify(makeRecords(1)).length + 2;
  const count = Math.floor((bytes - emptyBytes) / recordBytes);
  return Buffer.from(pad(count < 1 ? fields : { ...fields, data: makeRecords(count) }, bytes));
}
