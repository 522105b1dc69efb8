import { fillSnippet, snippetVariables } from '../../client/snippets.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { didYouMean } from '../did-you-mean.ts';
import { type ExitCode, usageError } from '../exit-codes.ts';
import { sendCommand } from './send.ts';
import { findSnippet } from './snippet.ts';

/** Reads `name=value` for the variables of a snippet. */
function readValues(words: readonly string[], variables: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const word of words) {
    const separator = word.indexOf('=');
    if (separator < 1) throw usageError(`"${word}" is no value of a variable: write name=value`);
    const name = word.slice(0, separator);
    if (!variables.includes(name)) {
      const known = variables.length === 0 ? 'it has none' : `it has ${variables.join(', ')}`;
      throw usageError(`the snippet has no variable "${name}"${didYouMean(name, variables)} (${known})`);
    }
    if (values.has(name)) throw usageError(`${name} is given more than once`);
    values.set(name, word.slice(separator + 1));
  }
  return values;
}

/** Asks for the values that were not given, where somebody sits. */
async function askForMissing(
  values: Map<string, string>,
  variables: readonly string[],
  { prompts }: CommandContext,
): Promise<void> {
  for (const name of variables.filter((variable) => !values.has(variable))) {
    if (!prompts.interactive) throw usageError(`there is no value for ${name}: add ${name}=…`);
    values.set(name, await prompts.line(name));
  }
}

export const snippetSendCommand = defineCommand({
  positionals: {
    name: { type: 'string', demandOption: true, describe: 'The name of the snippet' },
    variable: { type: 'string', array: true, describe: 'Values of its variables, name=value; asked for on a terminal' },
  },
  options: {
    // What sends is `relay send`: with its flags, its waiting and its exit codes.
    ...sendCommand.options,
    target: {
      type: 'string',
      array: true,
      alias: 't',
      requiresArg: true,
      describe: 'Where to, instead of the saved targets; as in relay send',
    },
  },
  examples: [
    ['relay snippet send open seconds=5', 'Sends {"cmd":"open","seconds":5} to its saved target.'],
    [
      'relay snippet send say text=Hello volume=7 -t gate --wait delivered',
      'Sends another one, and waits for the proof.',
    ],
  ],
  endsItself: sendCommand.endsItself,
  async run(argv, context): Promise<ExitCode> {
    const { name } = argv;
    const snippet = findSnippet(name, context);
    const targets = argv.target ?? snippet.targets;
    if (targets.length === 0) throw usageError(`the snippet ${name} has no target of its own: add -t ID`);
    const variables = snippetVariables(snippet.payload);
    const values = readValues(argv.variable ?? [], variables);
    await askForMissing(values, variables, context);
    const filled = fillSnippet(snippet.payload, values);
    if ('problem' in filled) throw usageError(filled.problem);
    return await sendCommand.run({ ...argv, payload: [filled.json], target: targets }, context);
  },
});
