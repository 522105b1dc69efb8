/**
 * Readers of answers: what comes from the network is unknown until one of them has looked at it. A few lines here instead of a
 * schema library, because `relay send` has to start fast and the answers are small.
 */
import { isObject } from '../protocol/messages.ts';

/** Gives the value with its type, or throws `AnswerError`. */
export type Reader<Value> = (value: unknown, path: string) => Value;

/** An answer is not what PROTOCOL C says; the message names the place. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
}

function mismatch(path: string, expected: string): AnswerError {
  return new AnswerError(`${path === '' ? 'the answer' : path} is not ${expected}`);
}

export const text: Reader<string> = (value, path) => {
  if (typeof value !== 'string') throw mismatch(path, 'a text');
  return value;
};

export const count: Reader<number> = (value, path) => {
  if (typeof value !== 'number') throw mismatch(path, 'a number');
  return value;
};

export const flag: Reader<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw mismatch(path, 'true or false');
  return value;
};

export function nullable<Value>(reader: Reader<Value>): Reader<Value | null> {
  return (value, path) => (value === null ? null : reader(value, path));
}

/** A key that may be missing. */
export function optional<Value>(reader: Reader<Value>): Reader<Value | undefined> {
  return (value, path) => (value === undefined ? undefined : reader(value, path));
}

export function oneOf<const Choice extends string>(...choices: readonly Choice[]): Reader<Choice> {
  return (value, path) => {
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw mismatch(path, `one of ${choices.join(', ')}`);
    return found;
  };
}

export function either<First, Second>(first: Reader<First>, second: Reader<Second>): Reader<First | Second> {
  return (value, path) => {
    try {
      return first(value, path);
    } catch {
      return second(value, path);
    }
  };
}

export function list<Item>(item: Reader<Item>): Reader<Item[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw mismatch(path, 'a list');
    return value.map((entry: unknown, index) => item(entry, `${path}[${index}]`));
  };
}

/** An object with any keys. */
export function record<Value>(reader: Reader<Value>): Reader<Record<string, Value>> {
  return (value, path) => {
    if (!isObject(value)) throw mismatch(path, 'an object');
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, reader(entry, `${path}.${key}`)]));
  };
}

type Fields = Readonly<Record<string, Reader<unknown>>>;
type Read<Shape extends Fields> = { readonly [Key in keyof Shape]: ReturnType<Shape[Key]> };

/** An object with these keys; others, of a newer relay, are left out. */
export function shape<Shape extends Fields>(fields: Shape): Reader<Read<Shape>> {
  return (value, path) => {
    if (!isObject(value)) throw mismatch(path, 'an object');
    const entries = Object.entries(fields).map(([key, reader]) => [key, reader(value[key], `${path}.${key}`)]);
    // The one place where the compiler cannot follow: the entries are exactly those of the shape.
    return Object.fromEntries(entries) as Read<Shape>;
  };
}
