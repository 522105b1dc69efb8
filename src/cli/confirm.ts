import type { CommandContext } from './command.ts';
import { CommandError, exitCodes, usageError } from './exit-codes.ts';

/**
 * What removes or replaces asks on a terminal and needs `--yes` elsewhere (UX "Machine contract"). The question names what
 * and where. Throws unless the answer is yes.
 */
export async function confirm(question: string, yes: boolean | undefined, context: CommandContext): Promise<void> {
  if (yes === true) return;
  if (!context.prompts.interactive)
    throw usageError(`"${question}" needs an answer, and nobody can be asked: say --yes`);
  if (await context.prompts.confirm(question)) return;
  throw new CommandError(exitCodes.failed, 'nothing was changed');
}
