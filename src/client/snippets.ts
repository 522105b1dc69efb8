/**
 * Saved commands with variables, the same on the command line and in the commander: JSON texts in which `{{name}}` stands for a
 * value. Inside a string it is text, whatever it holds; elsewhere it is JSON: `{"cmd":"move {{what}}","x":{{x}}}`.
 */
import { isClientId } from '../protocol/client-id.ts';
import { isObject } from '../protocol/messages.ts';

export interface Snippet {
  /** The text with its variables. */
  readonly payload: string;
  /** Where it goes unless something else is said; may be none. */
  readonly targets: readonly string[];
}

export type Snippets = ReadonlyMap<string, Snippet>;

const variable = /\{\{ *([A-Za-z_][A-Za-z0-9_-]*) *\}\}/g;
/** A string of JSON, or a variable outside of one. */
const stringOrVariable = /"(?:[^"\\]|\\.)*"|\{\{ *([A-Za-z_][A-Za-z0-9_-]*) *\}\}/gs;

/** A name without spaces and slashes, so that it reads well on a command line. */
export function isSnippetName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name);
}

/** The names of the variables, each once, in the order of the text. */
export function snippetVariables(payload: string): readonly string[] {
  return [...new Set([...payload.matchAll(variable)].map(([, name = '']) => name))];
}

type Filled = { readonly json: string } | { readonly problem: string };

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Puts the values in the place of the variables. Those that have none are a problem, and so is what is no JSON object then. */
export function fillSnippet(payload: string, values: ReadonlyMap<string, string>): Filled {
  const missing = snippetVariables(payload).filter((name) => !values.has(name));
  if (missing.length > 0) return { problem: `there is no value for ${missing.join(', ')}` };
  let problem: string | undefined;

  function asJson(name: string): string {
    const value = values.get(name) ?? '';
    try {
      JSON.parse(value);
    } catch (error) {
      problem ??= `${name} stands outside of quotes, and its value ${JSON.stringify(value.slice(0, 80))} is not JSON (${messageOf(error)})`;
    }
    return value.trim();
  }

  const asText = (name: string) => JSON.stringify(values.get(name) ?? '').slice(1, -1);
  const json = payload.replace(stringOrVariable, (found: string, outside: string | undefined) =>
    outside === undefined ? found.replace(variable, (_, name: string) => asText(name)) : asJson(outside),
  );
  if (problem !== undefined) return { problem };
  try {
    return isObject(JSON.parse(json)) ? { json } : { problem: 'it is not a JSON object: a message is {…}' };
  } catch (error) {
    return { problem: `it is not JSON: ${messageOf(error)}` };
  }
}

/** What is wrong with the text of a snippet, whatever the values; undefined when nothing is. */
export function snippetProblem(payload: string): string | undefined {
  const samples = new Map(snippetVariables(payload).map((name) => [name, '0']));
  const filled = fillSnippet(payload, samples);
  return 'problem' in filled ? filled.problem : undefined;
}

/** Reads what was saved; undefined when it holds no snippets at all. Those that are none any more are passed over. */
export function readSnippets(value: unknown): Snippets | undefined {
  if (!isObject(value) || !isObject(value.snippets)) return undefined;
  const snippets = Object.entries(value.snippets).flatMap(([name, saved]): [string, Snippet][] => {
    if (!isSnippetName(name) || !isObject(saved) || typeof saved.payload !== 'string') return [];
    const targets = Array.isArray(saved.targets) ? saved.targets.filter(isClientId) : [];
    return snippetProblem(saved.payload) === undefined ? [[name, { payload: saved.payload, targets }]] : [];
  });
  return new Map(snippets);
}
