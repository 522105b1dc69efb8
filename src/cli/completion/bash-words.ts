/**
 * Bash breaks a line at `=` and `:` too, `--wait=de` into `--wait`, `=`, `de`, and puts a candidate in the place of the last
 * piece alone. This joins the pieces, without their backslashes; `cut` takes from a candidate what stands before the last piece.
 */
export function joinBashWords(typed: readonly string[]): {
  readonly words: readonly string[];
  readonly cut: (candidate: string) => string;
} {
  const pieces = typed.map((piece) => piece.replace(/\\(.)/gs, '$1'));
  const isBreak = (piece: string) => /^[=:]+$/.test(piece);
  const words: string[] = [];
  let isOpen = false;
  for (const piece of pieces) {
    const joins = words.length > 0 && (isBreak(piece) || isOpen);
    if (joins) words.push(`${words.pop() ?? ''}${piece}`);
    else words.push(piece);
    isOpen = isBreak(piece);
  }
  const last = pieces.at(-1) ?? '';
  const kept = (words.at(-1)?.length ?? 0) - (isBreak(last) ? 0 : last.length);
  return { words, cut: (candidate) => candidate.slice(kept) };
}
