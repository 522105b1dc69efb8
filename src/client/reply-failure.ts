/**
 * Whether a reply reports that the command failed: `"ok":false`, an `"error"` that is more than null, false or empty, an `"exit"` that
 * is a number other than 0 (as `relay listen --exec` answers), or `"status":"error"`.
 */
export function reportsFailure({ ok, error, exit, status }: Readonly<Record<string, unknown>>): boolean {
  if (ok === false || status === 'error') return true;
  if (typeof exit === 'number' && exit !== 0) return true;
  return error !== undefined && error !== null && error !== false && error !== '';
}
