import { isField, jsonOfFields } from '../../client/message-fields.ts';
import { isSnippetName, type Snippet, snippetProblem, snippetVariables } from '../../client/snippets.ts';
import { type CommandContext, confirmOptions, defineCommand } from '../command.ts';
import { confirm } from '../confirm.ts';
import { didYouMean } from '../did-you-mean.ts';
import { type ExitCode, exitCodes, usageError } from '../exit-codes.ts';
import { readTargets } from '../sending/targets.ts';
import { openSnippetFile } from '../snippet-file.ts';

const namePositional = { name: { type: 'string', demandOption: true, describe: 'The name of the snippet' } } as const;

/** Finds a snippet by its name, or says which one was meant. */
export function findSnippet(name: string, context: CommandContext): Snippet {
  const snippets = openSnippetFile(context.env).all();
  const snippet = snippets.get(name);
  if (snippet !== undefined) return snippet;
  const names = [...snippets.keys()];
  const known =
    names.length === 0 ? 'none is saved yet: see "relay snippet add --help"' : `saved are ${names.join(', ')}`;
  throw usageError(`there is no snippet "${name}"${didYouMean(name, names)} (${known})`);
}

/** A string of JSON, or a variable outside of one. */
const stringOrVariable = /"(?:[^"\\]|\\.)*"|\{\{.*?\}\}/g;
/** No command line can hold this character, so that no field does. */
const mark = '"\\u0000';

/** In `speed:={{speed}}` the variable takes the place of JSON, which it is not yet: meanwhile it is marked text. */
function payloadOfFields(words: readonly string[]): string {
  const marked = words.map((word) =>
    /^[^=]*:=/.test(word)
      ? word.replace(stringOrVariable, (found) => (found.startsWith('"') ? found : `${mark}${found}"`))
      : word,
  );
  return jsonOfFields(marked).replace(/"\\u0000(\{\{.*?\}\})"/g, '$1');
}

function readPayload(words: readonly string[]): string {
  const [only, ...others] = words;
  if (only === undefined)
    throw usageError(`there is nothing to save: write '{"cmd":"open"}' or fields such as cmd=open`);
  if (words.every(isField)) return payloadOfFields(words);
  if (others.length > 0)
    throw usageError('give one JSON object in single quotes, or fields such as cmd=open speed:=100');
  return only;
}

export const snippetAddCommand = defineCommand({
  positionals: {
    ...namePositional,
    payload: {
      type: 'string',
      array: true,
      describe: 'A JSON object, or fields; {{name}} stands for a value: inside of quotes a text, elsewhere JSON',
    },
  },
  options: {
    ...confirmOptions,
    target: {
      type: 'string',
      array: true,
      alias: 't',
      requiresArg: true,
      describe: 'Where it goes unless something else is said; may be repeated',
    },
  },
  examples: [
    [`relay snippet add open '{"cmd":"open","seconds":{{seconds}}}' -t gate`, 'Saves a command with a number in it.'],
    ["relay snippet add say cmd=say 'text={{text}}' 'volume:={{volume}}'", 'Saves one with a text and a number.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    const { name } = argv;
    const { output } = context;
    if (!isSnippetName(name)) {
      throw usageError(`"${name}" is no name for a snippet: letters, digits, dots, dashes and underscores, at most 64`);
    }
    const payload = readPayload(argv.payload ?? []);
    const problem = snippetProblem(payload);
    if (problem !== undefined) throw usageError(`${payload} cannot be saved: ${problem}`);
    const targets = readTargets(argv.target ?? []);
    const file = openSnippetFile(context.env);
    if (file.all().has(name)) await confirm(`Replace the snippet ${name}?`, argv.yes, context);
    await file.put(name, { payload, targets });
    const variables = snippetVariables(payload);
    if (output.json) await output.record({ snippet: name, payload, targets, variables });
    else output.say(`snippet ${name} is saved in ${file.path}`);
    return exitCodes.done;
  },
});

export const snippetListCommand = defineCommand({
  examples: [
    ['relay snippet ls', 'Lists the saved commands.'],
    ['relay snippet ls --json', 'Prints {"snippets":[…]}.'],
  ],
  async run(_argv, { env, output }): Promise<ExitCode> {
    const snippets = [...openSnippetFile(env).all()]
      .toSorted(([one], [other]) => one.localeCompare(other))
      .map(([snippet, { payload, targets }]) => ({ snippet, payload, targets, variables: snippetVariables(payload) }));
    if (output.json) {
      await output.record({ snippets });
      return exitCodes.done;
    }
    const rows = snippets.map(({ snippet, payload, targets, variables }) => [
      snippet,
      targets.join(', ') || '–',
      variables.join(', ') || '–',
      payload,
    ]);
    await output.table([['SNIPPET', 'TARGETS', 'VARIABLES', 'PAYLOAD'], ...rows]);
    return exitCodes.done;
  },
});

export const snippetRemoveCommand = defineCommand({
  positionals: namePositional,
  options: { ...confirmOptions },
  examples: [
    ['relay snippet rm say', 'Asks, and forgets the snippet.'],
    ['relay snippet rm open --yes --json', 'Does not ask; prints {"snippet":"open","removed":true}.'],
  ],
  async run({ name, yes }, context): Promise<ExitCode> {
    findSnippet(name, context);
    await confirm(`Forget the snippet ${name}?`, yes, context);
    await openSnippetFile(context.env).remove(name);
    if (context.output.json) await context.output.record({ snippet: name, removed: true });
    else context.output.say(`snippet ${name} is forgotten`);
    return exitCodes.done;
  },
});
