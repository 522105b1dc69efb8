import { resolve } from 'node:path';
import { copyToJson, describeCopy, withCopies } from '../backup-file.ts';
import { defineCommand } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';

export const restoreCommand = defineCommand({
  positionals: { file: { type: 'string', demandOption: true, describe: 'A file of "relay backup"' } },
  options: {
    data: {
      type: 'string',
      requiresArg: true,
      demandOption: true,
      describe: 'The data folder to make; it must be missing or empty',
    },
  },
  examples: [
    ['relay restore relay.backup --data ./restored', 'Checks the backup, and makes a data folder of it.'],
    ['relay restore relay.backup --data ./restored-too --json', 'The same; prints what it holds.'],
  ],
  async run({ file, data }, { output }): Promise<ExitCode> {
    const summary = await withCopies(({ restoreCopy }) => restoreCopy(file, data));
    if (output.json) {
      await output.record({ data, ...copyToJson(summary) });
      return exitCodes.done;
    }
    output.say(
      `${resolve(data)} holds ${describeCopy(summary)} again; keys and tokens are those of the backup. ` +
        `Start it with "relay serve --data ${data}".`,
    );
    return exitCodes.done;
  },
});
