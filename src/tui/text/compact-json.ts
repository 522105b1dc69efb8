const token = /\s*("(?:[^"\\]|\\.)*"?|[^\s"{}[\],:]+|[{}[\],:])/y;

/** Where a scan of a JSON object stands: how deep, and whether the member of the object that it is in is left out. */
interface Scan {
  compact: string;
  depth: number;
  isLeftOut: boolean;
  /** Whether the next text at the first level is a key. */
  expectsKey: boolean;
}

function enter(scan: Scan, symbol: string, without: readonly string[]): void {
  if (scan.depth !== 1) return;
  if (symbol === ',') {
    scan.isLeftOut = false;
    scan.expectsKey = true;
  } else if (scan.expectsKey) {
    scan.isLeftOut = without.includes(symbol);
    scan.expectsKey = false;
    if (!scan.isLeftOut && symbol !== '}' && scan.compact.length > 1) scan.compact += ',';
  }
}

/** The comma in front of a member is written with the member, because the one before may be left out. */
function isWritten(scan: Scan, symbol: string): boolean {
  return !scan.isLeftOut && !(scan.depth === 1 && symbol === ',');
}

/**
 * A JSON object in one line without white space between its values, without some of its members, and no longer than needed:
 * at least `characters`, if it has so many. Every value keeps its characters.
 */
export function compactJson(text: string, withoutKeys: readonly string[], characters: number): string {
  const without = withoutKeys.map((key) => JSON.stringify(key));
  const scan: Scan = { compact: '', depth: 0, isLeftOut: false, expectsKey: false };
  token.lastIndex = 0;
  for (let match = token.exec(text); match !== null && scan.compact.length <= characters; match = token.exec(text)) {
    const symbol = match[1] ?? '';
    enter(scan, symbol, without);
    const isClosing = symbol === '}' || symbol === ']';
    if (isClosing) scan.depth--;
    if (isClosing && scan.depth === 0) scan.isLeftOut = false;
    if (isWritten(scan, symbol)) scan.compact += symbol;
    if (symbol !== '{' && symbol !== '[') continue;
    scan.depth++;
    if (scan.depth === 1) scan.expectsKey = true;
  }
  return scan.compact;
}
