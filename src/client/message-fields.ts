/**
 * Fields of a message as HTTPie writes them: `mode=fast` a string, `speed:=100` JSON, `deep[key]=x` nested, `list[]=x` an
 * element more. They become JSON as text, so that `:=12345678901234567890` keeps every digit.
 */
import { MessageFieldError } from './errors.ts';

type FieldNode =
  | { readonly kind: 'value'; readonly json: string }
  | { readonly kind: 'object'; readonly fields: Map<string, FieldNode> }
  | { readonly kind: 'list'; readonly items: FieldNode[] };

interface Assignment {
  /** The name, and for each pair of brackets what stands in it; '' appends to a list. */
  readonly path: readonly string[];
  readonly json: string;
}

/** Whether a word on the command line is a field, and not the JSON of a message. */
export function isField(word: string): boolean {
  return /^[^{["@\s][^{"]*?=/s.test(word);
}

/** Splits at the first `=` or `:=` that has no backslash before it. */
function splitAssignment(word: string): { readonly path: string; readonly isJson: boolean; readonly value: string } {
  for (let index = 0; index < word.length; index++) {
    if (word[index] === '\\') index += 1;
    else if (word[index] === '=') return { path: word.slice(0, index), isJson: false, value: word.slice(index + 1) };
    else if (word.startsWith(':=', index)) {
      return { path: word.slice(0, index), isJson: true, value: word.slice(index + 2) };
    }
  }
  throw new MessageFieldError(`"${word}" is no field: write name=text or name:=JSON`);
}

const withoutBackslashes = (text: string) => text.replace(/\\(.)/gs, '$1');

/** Reads `name[key][]`; a backslash takes the meaning from the character behind it. */
function readPath(text: string, word: string): readonly string[] {
  const match = /^((?:[^[\]\\]|\\.)+)((?:\[(?:[^[\]\\]|\\.)*\])*)$/s.exec(text);
  if (match?.[1] === undefined)
    throw new MessageFieldError(`"${word}": the name of a field is name, name[key] or name[]`);
  const keys = [...(match[2] ?? '').matchAll(/\[((?:[^[\]\\]|\\.)*)\]/gs)].map((key) =>
    withoutBackslashes(key[1] ?? ''),
  );
  return [withoutBackslashes(match[1]), ...keys];
}

function readAssignment(word: string): Assignment {
  const { path, isJson, value } = splitAssignment(word);
  if (!isJson) return { path: readPath(path, word), json: JSON.stringify(value) };
  try {
    JSON.parse(value);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new MessageFieldError(`"${word}": what follows := is not JSON (${why}); text takes = alone`);
  }
  return { path: readPath(path, word), json: value.trim() };
}

/** The node for what is left of a path below a name. */
function createNode(rest: readonly string[], json: string): FieldNode {
  const [key, ...below] = rest;
  if (key === undefined) return { kind: 'value', json };
  const child = createNode(below, json);
  return key === '' ? { kind: 'list', items: [child] } : { kind: 'object', fields: new Map([[key, child]]) };
}

function insert(node: FieldNode, rest: readonly string[], assignment: Assignment, word: string): void {
  const [key, ...below] = rest;
  if (node.kind === 'list' && key === '') {
    node.items.push(createNode(below, assignment.json));
  } else if (node.kind === 'object' && key !== undefined && key !== '') {
    const child = node.fields.get(key);
    if (child === undefined) node.fields.set(key, createNode(below, assignment.json));
    else insert(child, below, assignment, word);
  } else if (key === undefined) {
    throw new MessageFieldError(`"${word}": ${assignment.path.join('.')} is given already`);
  } else {
    const kinds = { value: 'a value', object: 'an object', list: 'a list' };
    throw new MessageFieldError(`"${word}" does not fit: what it adds to is already ${kinds[node.kind]}`);
  }
}

function toJson(node: FieldNode): string {
  if (node.kind === 'value') return node.json;
  if (node.kind === 'list') return `[${node.items.map(toJson).join(',')}]`;
  return `{${[...node.fields].map(([key, child]) => `${JSON.stringify(key)}:${toJson(child)}`).join(',')}}`;
}

/** The JSON object that the fields make together. Throws `MessageFieldError` with a sentence when they make none. */
export function jsonOfFields(words: readonly string[]): string {
  const root: FieldNode = { kind: 'object', fields: new Map() };
  for (const word of words) {
    const assignment = readAssignment(word);
    insert(root, assignment.path, assignment, word);
  }
  return toJson(root);
}
