import type { CommandContext } from './command.ts';
import { CommandError } from './exit-codes.ts';

/** How long a command that is interrupted waits for a reader of standard output who does not read, in milliseconds. */
export const readerGraceMs = 1_000;

/** Rejects when the command is interrupted, with its exit code and nothing to say. */
export function whenInterrupted({ interruption }: Pick<CommandContext, 'interruption'>): Promise<never> {
  const interrupted = Promise.withResolvers<never>();
  const stop = () => interrupted.reject(new CommandError(interruption.exitCode, ''));
  if (interruption.signal.aborted) stop();
  else interruption.signal.addEventListener('abort', stop, { once: true });
  // Nobody may be listening any more when it comes.
  interrupted.promise.catch(() => undefined);
  return interrupted.promise;
}
