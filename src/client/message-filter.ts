/**
 * The one language in which messages are filtered, in the commander and on the command line: words separated by spaces, all
 * of which must fit. A word alone is looked for in the text and the names, whatever its case; `from=ID` and `to=ID` compare
 * the other side, `field=value` a field of the payload (`position.x=5` one further inside); `*` stands for anything; `-word`
 * must not fit; "double quotes" keep spaces together.
 */
export interface MessageFilter {
  matches(message: FilteredMessage): boolean;
}

/** What a filter can look at. */
export interface FilteredMessage {
  readonly from?: string;
  readonly to?: string;
  /** The payload as JSON text. */
  readonly text: string;
}

/** Answers whether it fits; `payload` parses the text once for all terms that ask. */
type Term = (message: FilteredMessage, payload: () => unknown) => boolean;

/** A pattern in which `*` stands for anything and everything else for itself. */
function globPattern(glob: string): RegExp {
  const parts = glob.split('*').map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join('.*')}$`, 'is');
}

function fieldAt(payload: unknown, path: readonly string[]): unknown {
  let value = payload;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function compareTerm(name: string, value: string): Term {
  const pattern = globPattern(value);
  if (name === 'from') return (message) => message.from !== undefined && pattern.test(message.from);
  if (name === 'to') return (message) => message.to !== undefined && pattern.test(message.to);
  const path = name.split('.');
  return (_message, payload) => {
    const field = textOf(fieldAt(payload(), path));
    return field !== undefined && pattern.test(field);
  };
}

function textTerm(word: string): Term {
  const wanted = word.toLowerCase();
  return (message) =>
    [message.text, message.from, message.to].some((text) => text?.toLowerCase().includes(wanted) === true);
}

function readTerm(word: string): Term {
  const comparison = /^([^\s"=*]+)=(.*)$/s.exec(word);
  return comparison?.[1] === undefined ? textTerm(word) : compareTerm(comparison[1], comparison[2] ?? '');
}

function negate(term: Term): Term {
  return (message, payload) => !term(message, payload);
}

function readWord(raw: string): Term {
  const isNegated = raw.length > 1 && raw.startsWith('-');
  const term = readTerm((isNegated ? raw.slice(1) : raw).replaceAll('"', ''));
  return isNegated ? negate(term) : term;
}

function parsePayload(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads a filter; undefined when there is nothing to look for. Every text is a filter, so that it works while it is typed. */
export function parseMessageFilter(text: string): MessageFilter | undefined {
  const words = text.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];
  const terms = words.filter((word) => word.replaceAll('"', '') !== '').map(readWord);
  if (terms.length === 0) return undefined;
  return {
    matches(message) {
      let parsed: { readonly payload: unknown } | undefined;
      const payload = () => {
        parsed ??= { payload: parsePayload(message.text) };
        return parsed.payload;
      };
      return terms.every((term) => term(message, payload));
    },
  };
}
