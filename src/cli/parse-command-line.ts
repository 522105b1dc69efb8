import yargs, { type Argv, type Options } from 'yargs';
import { type Command, commonOptions, type Example } from './command.ts';
import { type CommandEntry, type CommandGroup, commandTable, loadCommander } from './command-table.ts';
import { commanderExamples, commanderOptions } from './commander-flags.ts';
import { CommandError, usageError } from './exit-codes.ts';
import { explainMistake, explainWrongCommand, nameOf, type Reached } from './explain-mistake.ts';

/** What a command line asks for: a text to print, or a command to run. */
export type ParsedCommandLine =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'run'; readonly command: Command; readonly argv: Readonly<Record<string, unknown>> };

/** Longer lines are hard to read. */
const columnsMax = 100;

/** Where nobody knows how wide it is, as in a pipe. */
const columnsUnlessKnown = 80;

/** Examples are printed as they are typed, each on its own line, so that they can be copied (and run by tests). */
function formatExamples(examples: readonly Example[]): string {
  return `Examples:\n${examples.map(([typed, effect]) => `  ${typed}\n      ${effect}`).join('\n')}`;
}

function addCommand(parent: Argv, entry: CommandEntry, prefix: string, reached: Reached): void {
  const build = async (parser: Argv) => {
    const command = await entry.load();
    reached.usage = `${prefix}${entry.usage}`;
    reached.command = command;
    for (const [name, options] of Object.entries(command.positionals)) parser.positional(name, options);
    return parser.options({ ...command.options }).epilogue(formatExamples(command.examples));
  };
  parent.command(entry.usage, entry.describe, build, (argv) => {
    reached.argv = argv;
  });
}

function addGroup(parent: Argv, group: CommandGroup, reached: Reached): void {
  parent.command(group.usage, group.describe, (parser) => {
    reached.usage = group.usage;
    for (const entry of group.commands) addCommand(parser, entry, `${group.usage} `, reached);
    return parser.demandCommand(1, `relay ${group.usage} needs one of: ${group.commands.map(nameOf).join(', ')}`);
  });
}

/** `relay` alone is the commander; its flags stand at the top. yargs prints too late the help of a builder that is async. */
function addCommander(parent: Argv, reached: Reached): void {
  const build = (parser: Argv) => parser.options(commanderOptions).epilogue(formatExamples(commanderExamples));
  parent.command('$0', 'Open the commander', build, (argv) => {
    reached.argv = argv;
  });
}

function createParser(columns: number | null): Argv {
  return yargs([])
    .scriptName('relay')
    .usage('$0 [command]\n\nA self-hostable relay for remote hardware. Without a command: the commander.')
    .parserConfiguration({
      // `-t gate '{"a":1}'`: the payload is no second target.
      'greedy-arrays': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      // `--no-input` is a name of its own and no negation.
      'boolean-negation': false,
    })
    .locale('en')
    .strict()
    .exitProcess(false)
    .showHelpOnFail(false)
    .version(false)
    .help('help')
    .alias('help', 'h')
    .option('version', { type: 'boolean', alias: 'V', describe: 'Show the version' })
    .options(commonOptions)
    .wrap(columns);
}

/** yargs drops a lone - where several words are taken; meanwhile it is another word, which no command line can hold. */
const dash = '\u0000-';

function withDashes(argv: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const restore = (value: unknown): unknown =>
    value === dash ? '-' : Array.isArray(value) ? value.map(restore) : value;
  return Object.fromEntries(Object.entries(argv).map(([name, value]) => [name, restore(value)]));
}

/** A flag that takes one value and was given two would arrive as a list. */
function checkRepeated(argv: Readonly<Record<string, unknown>>, command: Command): void {
  for (const [name, options] of Object.entries<Options>({ ...commonOptions, ...command.options })) {
    if (options.array !== true && Array.isArray(argv[name])) throw usageError(`--${name} is given more than once`);
  }
}

/** `relay help send` is `relay send --help`. */
function withHelpFlag(args: readonly string[]): readonly string[] {
  const [first, ...rest] = args;
  if (first !== 'help') return args;
  const wrong = explainWrongCommand(rest);
  if (wrong !== undefined) throw usageError(wrong);
  return [...rest, '--help'];
}

/** Reads a command line; only the file of the command that it names is loaded. */
export async function parseCommandLine(
  typed: readonly string[],
  version: string,
  columns = columnsUnlessKnown,
): Promise<ParsedCommandLine> {
  const args = withHelpFlag(typed);
  const reached: Reached = { usage: '', command: undefined, argv: undefined };
  // yargs composes the help of every command that it finds; to fold its lines takes longer than all the rest of the parsing.
  const asksForHelp = args.some((arg) => arg === '--help' || /^-[^-]*h/.test(arg));
  const parser = createParser(asksForHelp ? Math.min(columns, columnsMax) : null);
  for (const entry of commandTable) {
    if ('commands' in entry) addGroup(parser, entry, reached);
    else addCommand(parser, entry, '', reached);
  }
  addCommander(parser, reached);
  parser.fail((message, error) => {
    throw error ?? usageError(message);
  });
  let text = '';
  let argv: Readonly<Record<string, unknown>>;
  try {
    argv = await parser.parseAsync(
      args.map((arg) => (arg === '-' ? dash : arg)),
      {},
      (_error, _argv, output) => {
        text = output;
      },
    );
  } catch (error) {
    // yargs wraps what a flag's own reader throws, and speaks of its own in YErrors; anything else is a bug.
    if (!(error instanceof Error) || (error.name !== 'YError' && !(error instanceof CommandError))) throw error;
    throw usageError(explainMistake(error.message, args, reached));
  }
  if (text !== '') return { kind: 'text', text };
  if (argv.version === true) return { kind: 'text', text: version };
  const { argv: reachedArgv = argv, command = await loadCommander() } = reached;
  checkRepeated(reachedArgv, command);
  return { kind: 'run', command, argv: withDashes(reachedArgv) };
}
