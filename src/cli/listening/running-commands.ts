import { CommandError, exitCodes } from '../exit-codes.ts';
import { type Child, type ChildRequest, type ChildResult, runChild } from './run-child.ts';

/** The commands that run now. None of them outlives this process. */
export interface RunningCommands {
  /** Runs one to its end; rejects with `CommandError` when this machine cannot start it. */
  run(request: ChildRequest): Promise<ChildResult>;
  /** Asks all of them to end, and ends them a moment later. */
  stop(): void;
  /** None runs any more. */
  close(): void;
}

export function createRunningCommands(): RunningCommands {
  const running = new Set<Child>();
  /** The last resort, for a second Ctrl+C. */
  const killAll = () => {
    for (const child of running) child.kill();
  };
  process.on('exit', killAll);

  return {
    async run(request) {
      const child = runChild(request);
      running.add(child);
      try {
        return await child.result;
      } catch (error) {
        // Not the command failed but this machine: the message is not done, and nor will the next one be.
        throw new CommandError(
          exitCodes.failed,
          `no command can be started: ${error instanceof Error ? error.message : error}`,
        );
      } finally {
        running.delete(child);
      }
    },
    stop() {
      for (const child of running) child.stop();
    },
    close: () => void process.off('exit', killAll),
  };
}
