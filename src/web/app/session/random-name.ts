/** Eight letters and digits that nobody else has thought of. */
export function randomName(): string {
  const letters = crypto.getRandomValues(new Uint8Array(8));
  return [...letters].map((byte) => (byte % 36).toString(36)).join('');
}
