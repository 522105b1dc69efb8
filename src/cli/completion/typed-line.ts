import type { Options } from 'yargs';
import { type Command, commonOptions } from '../command.ts';
import { type CommandEntry, type CommandGroup, commandTable } from '../command-table.ts';
import { commanderOptions } from '../commander-flags.ts';

/** A flag that stands on the line, by its long name. */
interface Flag {
  readonly name: string;
  readonly options: Options;
}

/** A command line as far as it is typed: what it names, and what the next word would be. */
export interface TypedLine {
  /** `device add`; empty before a command is named. */
  path: string;
  /** The words of which one must come next: commands at the top or of a group; undefined behind a command, or a wrong word. */
  choices: readonly (CommandEntry | CommandGroup)[] | undefined;
  /** Names of the positionals, `id..` where the last one repeats. */
  positionals: readonly string[];
  command: Command | undefined;
  /** How many positionals stand there already. */
  positionalsGiven: number;
  readonly flagsGiven: Set<string>;
  /** The flag whose value comes next. */
  awaiting: Flag | undefined;
  /** Behind a lone `--` nothing is a flag any more. */
  isPastFlags: boolean;
  /** The value of `--profile`. */
  profile: string | undefined;
}

export function nameOf({ usage }: { readonly usage: string }): string {
  return usage.split(' ')[0] ?? '';
}

/** Every flag that may stand there. */
export function flagsOf(line: TypedLine): Readonly<Record<string, Options>> {
  return { ...commonOptions, ...(line.command?.options ?? (line.path === '' ? commanderOptions : {})) };
}

function takesValue({ type }: Options): boolean {
  return type !== 'boolean';
}

/** The flag of `--name`, `--name=value`, `-n`, or the last of `-qn`. */
export function findFlag(line: TypedLine, word: string): Flag | undefined {
  const isLong = word.startsWith('--');
  const typed = isLong ? word.slice(2).replace(/=.*$/s, '') : word.slice(-1);
  const found = Object.entries(flagsOf(line)).find(([name, { alias }]) => (isLong ? name : alias) === typed);
  return found === undefined ? undefined : { name: found[0], options: found[1] };
}

async function takeWord(line: TypedLine, word: string): Promise<void> {
  if (line.choices === undefined) {
    line.positionalsGiven += 1;
    return;
  }
  const entry = line.choices.find((choice) => nameOf(choice) === word);
  if (entry === undefined) {
    line.choices = undefined;
    return;
  }
  line.path = line.path === '' ? word : `${line.path} ${word}`;
  if ('commands' in entry) {
    line.choices = entry.commands;
    return;
  }
  line.choices = undefined;
  line.positionals = [...entry.usage.matchAll(/[<[]([^>\]]+)[>\]]/g)].map((match) => match[1] ?? '');
  line.command = await entry.load();
}

function takeFlag(line: TypedLine, word: string): void {
  const flag = findFlag(line, word);
  if (flag === undefined) return;
  line.flagsGiven.add(flag.name);
  const value = /^--[^=]+=(.*)$/s.exec(word)?.[1];
  if (value === undefined && takesValue(flag.options)) line.awaiting = flag;
  if (value !== undefined && flag.name === 'profile') line.profile = value;
}

/** Reads the words before the one that is being typed, without the program's name. */
export async function readTypedLine(words: readonly string[]): Promise<TypedLine> {
  const line: TypedLine = {
    path: '',
    choices: commandTable,
    positionals: [],
    command: undefined,
    positionalsGiven: 0,
    flagsGiven: new Set(),
    awaiting: undefined,
    isPastFlags: false,
    profile: undefined,
  };
  for (const word of words) {
    if (line.awaiting !== undefined) {
      if (line.awaiting.name === 'profile') line.profile = word;
      line.awaiting = undefined;
    } else if (line.isPastFlags || !word.startsWith('-') || word === '-') {
      await takeWord(line, word);
    } else if (word === '--') {
      line.isPastFlags = true;
    } else {
      takeFlag(line, word);
    }
  }
  return line;
}
