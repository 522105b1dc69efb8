/** Turns what yargs says of a command line into what was meant. */
import type { Options } from 'yargs';
import { type Command, commonOptions, connectionOptions } from './command.ts';
import { commandTable } from './command-table.ts';
import { commanderOptions } from './commander-flags.ts';
import { didYouMean } from './did-you-mean.ts';

/** The command that the line names, as far as yargs has come. */
export interface Reached {
  /** `device add <id>` */
  usage: string;
  command: Command | undefined;
  argv: Readonly<Record<string, unknown>> | undefined;
}

/** The first word of a usage. */
export const nameOf = (entry: { readonly usage: string }) => entry.usage.split(' ')[0] ?? '';

/** What other programs call it. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ['list', 'ls'],
  ['remove', 'rm'],
  ['delete', 'rm'],
  ['del', 'rm'],
  ['create', 'add'],
  ['new', 'add'],
]);

function didYouMeanCommand(word: string, names: readonly string[]): string {
  const name = otherNames.get(word.toLowerCase());
  return name !== undefined && names.includes(name) ? `; did you mean "${name}"?` : didYouMean(word, names);
}

/** Flags of more than one letter as they are typed; a single letter is no hint. */
function flagsOf(command: Command | undefined): readonly string[] {
  const names = Object.keys({ ...commonOptions, ...(command?.options ?? commanderOptions) });
  return [...names, 'help', 'version'].map((name) => `--${name}`);
}

/** The words of a line that are neither flags nor their values, up to the first flag that nobody knows. */
function wordsOf(args: readonly string[], options: Readonly<Record<string, Options>>): readonly string[] {
  const words: string[] = [];
  const takesValue = new Map(
    Object.entries(options).flatMap(([name, { alias, type }]) =>
      [name, ...[alias ?? []].flat()].map((known) => [known, type !== 'boolean'] as const),
    ),
  );
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    if (!/^-./.test(arg)) {
      words.push(arg);
      continue;
    }
    const name = arg.replace(/^--?/, '').replace(/=.*$/s, '');
    const hasValue = takesValue.get(name);
    if (hasValue === undefined) return words;
    if (hasValue && !arg.includes('=')) index += 1;
  }
  return words;
}

/** What is wrong with the name of the command, when that is what is wrong first. */
export function explainWrongCommand(args: readonly string[]): string | undefined {
  const [first, second] = wordsOf(args, { ...commonOptions, ...connectionOptions, ...commanderOptions });
  if (first === undefined) return undefined;
  const entry = commandTable.find((known) => nameOf(known) === first);
  if (entry === undefined) return `there is no command "${first}"${didYouMeanCommand(first, commandTable.map(nameOf))}`;
  if (!('commands' in entry) || second === undefined) return undefined;
  const names = entry.commands.map(nameOf);
  return names.includes(second)
    ? undefined
    : `there is no command "${first} ${second}"${didYouMeanCommand(second, names)}`;
}

function explainUnknown(unknown: string, args: readonly string[], reached: Reached): string {
  const flag = unknown.length === 1 ? `-${unknown}` : `--${unknown}`;
  if (args.some((arg) => arg.replace(/=.*$/s, '') === flag || (unknown.length === 1 && /^-[^-]/.test(arg)))) {
    return `there is no flag ${flag}${unknown.length === 1 ? '' : didYouMean(flag, flagsOf(reached.command))}`;
  }
  return reached.command === undefined
    ? `there is no command "${unknown}"`
    : `"${unknown}" is one too many: relay ${reached.usage}`;
}

/** What yargs would call unknown, had it not first missed something: `--to gate` in the place of `--target gate`. */
function unknownFlag(args: readonly string[], reached: Reached): string | undefined {
  const end = args.indexOf('--');
  const flags = (end < 0 ? args : args.slice(0, end)).filter((arg) => /^--[a-z]/.test(arg));
  const known = flagsOf(reached.command);
  return flags
    .map((flag) => flag.replace(/=.*$/s, ''))
    .find((flag) => !known.includes(flag.replace(/^--no-/, '--')) && !known.includes(flag));
}

/** `relay send gate {}`, or `relay send @gate {}` as the commander has it: the target stands where the message does. */
function explainMissing(missing: string, args: readonly string[], reached: Reached): string {
  const unknown = unknownFlag(args, reached);
  const meant = unknown === undefined ? '' : didYouMean(unknown, flagsOf(reached.command));
  // What is missing is there, under a mistyped name.
  if (meant !== '') return `there is no flag ${unknown}${meant}`;
  const wrong = unknown === undefined ? '' : `there is no flag ${unknown}; `;
  const [, word = ''] = wordsOf(args, { ...commonOptions, ...reached.command?.options });
  const name = /^@?([\w.-]+)$/.exec(word)?.[1];
  const hint = missing === 'target' && name !== undefined ? `say -t ${name}, or ` : '';
  return `${wrong}--${missing} is missing: ${hint}see "relay ${nameOf(reached)} --help"`;
}

/** `message` is what yargs says of `args`. */
export function explainMistake(message: string, args: readonly string[], reached: Reached): string {
  const unknown = /^Unknown (?:arguments?|commands?): ([^,]+)/.exec(message)?.[1];
  if (unknown !== undefined) {
    const wrongCommand = reached.command === undefined ? explainWrongCommand(args) : undefined;
    return wrongCommand ?? explainUnknown(unknown, args, reached);
  }
  const missing = /^Missing required arguments?: ([^,]+)/.exec(message)?.[1];
  if (missing !== undefined) return explainMissing(missing, args, reached);
  const valueless = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  if (valueless !== undefined) return `${valueless.length === 1 ? '-' : '--'}${valueless} needs a value`;
  return message.startsWith('Not enough non-option arguments')
    ? `something is missing: relay ${reached.usage}`
    : message;
}
