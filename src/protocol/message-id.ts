/** Most characters of an `_id` (PROTOCOL B `receipts`). */
export const messageIdLengthMax = 64;

/** Whether a value can be the `_id` of a message: a string of 1 to 64 characters. */
export function isMessageId(value: unknown): value is string {
  if (typeof value !== 'string' || value.length === 0 || value.length > 2 * messageIdLengthMax) return false;
  return value.isWellFormed() && [...value].length <= messageIdLengthMax;
}
