/** One line of a JSON text that was laid out for reading. */
export interface PrettyLine {
  readonly depth: number;
  /** `"speed": ` or nothing. */
  readonly label: string;
  /** A value, or the bracket that opens or closes one; a comma where one follows. */
  readonly value: string;
  /** Where a value stands, `/motor/speed`; undefined for brackets and for what is very deep. */
  readonly path: string | undefined;
}

/** Deeper than this, paths are not written: their length would grow with the square of the depth. */
const pathDepthMax = 24;
const token = /\s*("(?:[^"\\]|\\.)*"|[^\s"{}[\],:]+|[{}[\],:])/y;

interface Container {
  readonly path: string | undefined;
  readonly isArray: boolean;
  /** Elements so far. */
  count: number;
  key: string | undefined;
}

function unquote(key: string): string {
  return key.slice(1, -1);
}

function pathIn(container: Container | undefined): string | undefined {
  if (container?.path === undefined) return container === undefined ? '' : undefined;
  return `${container.path}/${container.isArray ? container.count : unquote(container.key ?? '""')}`;
}

/**
 * Lays out a valid JSON text for reading, at most so many lines. It works on the text, so that numbers keep every digit and
 * duplicate keys stay.
 */
export function prettyJson(text: string, linesMax: number): PrettyLine[] {
  const lines: PrettyLine[] = [];
  const open: Container[] = [];
  token.lastIndex = 0;
  for (let match = token.exec(text); match !== null && lines.length < linesMax; match = token.exec(text)) {
    const symbol = match[1] ?? '';
    const container = open.at(-1);
    if (container !== undefined && isKey(container, symbol)) container.key = symbol;
    else if (symbol === ',') follow(lines, container);
    else if (symbol === '}' || symbol === ']') close(lines, open, symbol);
    else if (symbol !== ':') addValue(lines, open, symbol);
  }
  return lines;
}

function isKey(container: Container, symbol: string): boolean {
  return !container.isArray && container.key === undefined && symbol.startsWith('"');
}

/** A comma belongs to the line before it. */
function follow(lines: PrettyLine[], container: Container | undefined): void {
  const last = lines.at(-1);
  if (last !== undefined) lines[lines.length - 1] = { ...last, value: `${last.value},` };
  if (container === undefined) return;
  container.count++;
  container.key = undefined;
}

function close(lines: PrettyLine[], open: Container[], bracket: string): void {
  open.pop();
  const last = lines.at(-1);
  const isEmpty = last !== undefined && last.depth === open.length && /[{[]$/.test(last.value);
  if (isEmpty) lines[lines.length - 1] = { ...last, value: last.value + bracket };
  else lines.push({ depth: open.length, label: '', value: bracket, path: undefined });
}

function addValue(lines: PrettyLine[], open: Container[], symbol: string): void {
  const container = open.at(-1);
  const path = open.length > pathDepthMax ? undefined : pathIn(container);
  const label = container === undefined || container.isArray ? '' : `${container.key ?? ''}: `;
  const opens = symbol === '{' || symbol === '[';
  lines.push({ depth: open.length, label, value: symbol, path: opens ? undefined : path });
  if (opens) open.push({ path, isArray: symbol === '[', count: 0, key: undefined });
}

/** What became of a value since an earlier message. */
export type Change =
  | { readonly kind: 'same' }
  | { readonly kind: 'new' }
  | { readonly kind: 'changed'; readonly before: string };

function bareValue({ value }: PrettyLine): string {
  return value.endsWith(',') ? value.slice(0, -1) : value;
}

function valuesByPath(lines: readonly PrettyLine[]): Map<string, string> {
  return new Map(lines.flatMap((line) => (line.path === undefined ? [] : [[line.path, bareValue(line)] as const])));
}

/** How each line differs from an earlier message, and the values that are gone. */
export function compareJson(
  lines: readonly PrettyLine[],
  earlier: readonly PrettyLine[],
): { readonly changes: readonly Change[]; readonly gone: readonly (readonly [path: string, value: string])[] } {
  const before = valuesByPath(earlier);
  const now = valuesByPath(lines);
  const changes = lines.map((line): Change => {
    if (line.path === undefined) return { kind: 'same' };
    const old = before.get(line.path);
    if (old === undefined) return { kind: 'new' };
    return old === bareValue(line) ? { kind: 'same' } : { kind: 'changed', before: old };
  });
  return { changes, gone: [...before].filter(([path]) => !now.has(path)) };
}
