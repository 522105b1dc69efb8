import type { Options } from 'yargs';
import { serverLimitDefinitions, userLimitDefinitions } from '../../protocol/limits.ts';
import { findFlag, flagsOf, nameOf, readTypedLine, type TypedLine } from './typed-line.ts';

/** What may stand at the cursor. One that ends with `=` is not finished. */
export interface Candidate {
  readonly word: string;
  readonly describe?: string;
}

/** Values that are not known from the commands alone. */
export interface ValueSources {
  profiles(): readonly string[];
  snippets(): readonly string[];
  /** Client ids of the room of this profile, or of the connection that is used when none is named. */
  clients(profile: string | undefined): Promise<readonly string[]>;
}

const clientFlags = ['target', 'to', 'as'];

function ofWords(words: readonly string[]): Candidate[] {
  return words.map((word) => ({ word }));
}

function limitNames(path: string): readonly string[] {
  const ofUser = Object.keys(userLimitDefinitions);
  return path === 'serve' ? [...ofUser, ...Object.keys(serverLimitDefinitions)] : ofUser;
}

async function clients(line: TypedLine, sources: ValueSources): Promise<Candidate[]> {
  // An address on the line takes its key from standard input, which is not there yet.
  return line.flagsGiven.has('url') ? [] : ofWords(await sources.clients(line.profile));
}

async function valuesOfFlag(
  line: TypedLine,
  { name, options }: { readonly name: string; readonly options: Options },
  sources: ValueSources,
): Promise<Candidate[]> {
  if (options.choices !== undefined) return ofWords(options.choices.map(String));
  if (name === 'profile') return ofWords(sources.profiles());
  if (name === 'limit') return ofWords(limitNames(line.path).map((limit) => `${limit}=`));
  return clientFlags.includes(name) ? await clients(line, sources) : [];
}

/** The name of the positional that comes next; the last one may repeat. */
function nextPositional({ positionals, positionalsGiven }: TypedLine): string | undefined {
  const last = positionals.at(-1);
  const next = positionals[positionalsGiven] ?? (last?.endsWith('..') ? last : undefined);
  return next?.replace('..', '');
}

async function valuesOfPositional(line: TypedLine, sources: ValueSources): Promise<Candidate[]> {
  const name = nextPositional(line);
  const choices = name === undefined ? undefined : line.command?.positionals[name]?.choices;
  if (choices !== undefined) return ofWords(choices.map(String));
  // A new name is nobody's yet.
  if (name === undefined || line.path.endsWith(' add')) return [];
  if (line.path.startsWith('profile ')) return ofWords(sources.profiles());
  if (line.path.startsWith('snippet ') && name === 'name') return ofWords(sources.snippets());
  return name === 'id' ? await clients(line, sources) : [];
}

function flagCandidates(line: TypedLine): Candidate[] {
  const flags = Object.entries(flagsOf(line)).filter(
    ([name, { array }]) => array === true || !line.flagsGiven.has(name),
  );
  return [
    ...flags.map(([name, { describe }]) => ({ word: `--${name}`, ...(describe ? { describe } : {}) })),
    { word: '--help', describe: 'Show help' },
  ];
}

async function allCandidates(line: TypedLine, current: string, sources: ValueSources): Promise<Candidate[]> {
  if (line.awaiting !== undefined) return await valuesOfFlag(line, line.awaiting, sources);
  if (current.startsWith('-') && !line.isPastFlags) {
    const assigned = /^--[^=]+=/.exec(current)?.[0];
    if (assigned === undefined) return flagCandidates(line);
    const flag = findFlag(line, assigned);
    const values = flag === undefined ? [] : await valuesOfFlag(line, flag, sources);
    return values.map(({ word }) => ({ word: `${assigned}${word}` }));
  }
  if (line.choices !== undefined) {
    return line.choices.map((choice) => ({ word: nameOf(choice), describe: choice.describe }));
  }
  return await valuesOfPositional(line, sources);
}

/**
 * What may stand in the place of the last word, which may be empty; `words` is the line without the program's name. Nothing
 * where any text may stand, or a file.
 */
export async function findCandidates(words: readonly string[], sources: ValueSources): Promise<readonly Candidate[]> {
  const current = words.at(-1) ?? '';
  const line = await readTypedLine(words.slice(0, -1));
  const candidates = await allCandidates(line, current, sources);
  return candidates.filter(({ word }) => word.startsWith(current));
}
