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

/**
 * Adds `target` and, unless the payload has one, `sender` to the text of a JSON object, behind its own fields and without
 * touching any other character of it, so that numbers keep every digit (PROTOCOL A6). A payload that already has this target
 * keeps its own; one that has another is refused and not overwritten.
 */
export function addClientFields(json: string, fields: ClientFields): AddressedText {
  // UTF-8 has no place for half a pair: the encoder would change the payload in silence.
  if (!json.isWellFormed()) {
    return { problem: 'the payload holds half of a surrogate pair, which UTF-8 cannot carry: write it as an escape' };
  }
  const parsed = parse(json);
  if ('problem' in parsed) return parsed;
  const payload = parsed.value;
  if (!isObject(payload)) return { problem: 'the payload is not a JSON object: send {…}' };
  const hasTarget = Object.hasOwn(payload, 'target');
  if (hasTarget && payload.target !== fields.target) {
    const other = JSON.stringify(payload.target).slice(0, 160);
    return {
      problem: `the payload already has the target ${other}, not ${JSON.stringify(fields.target)}: remove it or send there`,
    };
  }
  const added = [
    ...(hasTarget ? [] : [`"target":${JSON.stringify(fields.target)}`]),
    ...(Object.hasOwn(payload, 'sender') ? [] : [`"sender":${JSON.stringify(fields.sender)}`]),
  ];
  if (added.length === 0) return { json };
  const separator = Object.keys(payload).length > 0 ? ',' : '';
  // The last brace is the one that closes the object: nothing but white space can follow it.
  const end = json.lastIndexOf('}');
  return { json: json.slice(0, end) + separator + added.join(',') + json.slice(end) };
}
