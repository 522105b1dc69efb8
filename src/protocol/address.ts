import { isObject } from './messages.ts';

/** What a client adds to its payloads, so that the relay knows the way and the other side knows whom to answer. */
export interface ClientFields {
  readonly target: string;
  readonly sender: string;
}

/** The text to send, or the sentence that says why it is not sent. */
export type AddressedText = { readonly json: string } | { readonly problem: string };

function parse(json: string): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: JSON.parse(json) };
  } catch (error) {
    return { problem: `the payload is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Fields to add to a payload. */
export interface AddedFields {
  /** These must be so: a payload that has another value is refused. */
  readonly required: Readonly<Record<string, string | number>>;
  /** These are added where neither the payload nor `required` has one of the name. */
  readonly defaults: Readonly<Record<string, string>>;
}

/** The text with its fields and the payload as it was before, or the sentence that says why there is none. */
type Extended =
  | { readonly json: string; readonly payload: Readonly<Record<string, unknown>> }
  | { readonly problem: string };

function conflict(name: string, own: unknown, wanted: string | number): string {
  const other = JSON.stringify(own).slice(0, 160);
  const instead = name === 'target' ? 'or send there' : 'there, or do not ask for another';
  return `the payload already has the ${name} ${other}, not ${JSON.stringify(wanted)}: remove it ${instead}`;
}

/**
 * Adds fields to the text of a JSON object, behind its own and without touching any other character of it, so that numbers
 * keep every digit.
 */
export function addFields(json: string, { required, defaults }: AddedFields): Extended {
  // UTF-8 has no place for half a pair: the encoder would change the payload in silence.
  if (!json.isWellFormed()) {
    return { problem: 'the payload holds half of a surrogate pair, which UTF-8 cannot carry: write it as an escape' };
  }
  const parsed = parse(json);
  if ('problem' in parsed) return parsed;
  const payload = parsed.value;
  if (!isObject(payload)) return { problem: 'the payload is not a JSON object: send {…}' };
  for (const [name, wanted] of Object.entries(required)) {
    const own = payload[name];
    if (Object.hasOwn(payload, name) && own !== wanted) return { problem: conflict(name, own, wanted) };
  }
  const added = Object.entries({ ...required, ...defaults, ...required })
    .filter(([name]) => !Object.hasOwn(payload, name))
    .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  if (added.length === 0) return { json, payload };
  const separator = Object.keys(payload).length > 0 ? ',' : '';
  // The last brace is the one that closes the object: nothing but white space can follow it.
  const end = json.lastIndexOf('}');
  return { json: json.slice(0, end) + separator + added.join(',') + json.slice(end), payload };
}

/**
 * Adds `target` and, unless the payload has one, `sender` (PROTOCOL A6). A payload that already has this target keeps its
 * own; one that has another is refused and not overwritten.
 */
export function addClientFields(json: string, { target, sender }: ClientFields): AddressedText {
  const extended = addFields(json, { required: { target }, defaults: { sender } });
  return 'problem' in extended ? extended : { json: extended.json };
}
