/** The entry of the program: signals, the command line, the command, and the one place where the process ends. */
import type { Command, CommandContext, Interruption } from './command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { readerGraceMs } from './interruption.ts';
import { readVersion } from './version.ts';

/** Ends the process once what was written is with the reader; when it was interrupted that is not waited for long. */
function exit(code: ExitCode, isInterrupted: boolean): void {
  process.exitCode = code;
  if (isInterrupted) setTimeout(() => process.exit(code), readerGraceMs).unref();
  const streams = [process.stdout, process.stderr].filter((stream) => stream.writable);
  let open = streams.length;
  if (open === 0) process.exit(code);
  for (const stream of streams) {
    stream.write('', () => {
      open -= 1;
      if (open === 0) process.exit(code);
    });
  }
}

/** The first signal interrupts; the command ends by itself or is ended, and a second signal ends the process at once. */
function watchInterruption(endsItself: () => boolean): Interruption {
  const controller = new AbortController();
  let exitCode: ExitCode = exitCodes.interrupted;
  const interrupt = (code: ExitCode) => {
    if (controller.signal.aborted) process.exit(exitCode);
    exitCode = code;
    controller.abort();
    if (!endsItself()) exit(code, true);
  };
  process.on('SIGINT', () => interrupt(exitCodes.interrupted));
  process.on('SIGTERM', () => interrupt(exitCodes.terminated));
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') {
      // `relay listen | head`: the reader has what it wanted.
      if (!controller.signal.aborted) interrupt(exitCodes.done);
      return;
    }
    process.stderr.write(`relay: standard output cannot be written: ${error.message}\n`);
    process.exit(exitCodes.failed);
  });
  // Nobody reads what would be said about it.
  process.stderr.on('error', () => undefined);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
  };
}

async function createContext(
  argv: Readonly<Record<string, unknown>>,
  interruption: Interruption,
): Promise<CommandContext> {
  const [{ createOutput }, { createPrompts }, { openProfiles }] = await Promise.all([
    import('./output.ts'),
    import('./prompts.ts'),
    import('./profiles.ts'),
  ]);
  const { stdin, stdout, stderr, env } = process;
  return {
    env,
    stdin,
    output: createOutput({ stdout, stderr, json: argv.json === true, quiet: argv.quiet === true }),
    prompts: createPrompts({ stdin, stderr, input: argv.noInput !== true }),
    profiles: openProfiles(env),
    version: readVersion(),
    interruption,
  };
}

/** Says an expected failure in a sentence; anything else is a bug of ours, with its stack. */
async function fail(error: unknown): Promise<ExitCode> {
  const [{ exitCodeOfError }, { printable }] = await Promise.all([import('./exit-codes.ts'), import('./printable.ts')]);
  const code = exitCodeOfError(error);
  if (code === undefined) {
    const stack = error instanceof Error ? error.stack : String(error);
    process.stderr.write(`relay: this is a bug, please report it: ${printable(stack ?? '')}\n`);
    return exitCodes.failed;
  }
  const message = error instanceof Error ? error.message : '';
  if (message !== '') process.stderr.write(`relay: ${printable(message)}\n`);
  return code;
}

/** Text that is folded to less cannot be read. */
const columnsMin = 40;

/** How wide standard output is: as its terminal says, or as the shell does; undefined where neither knows. */
function readColumns(): number | undefined {
  const told = Number(process.env.COLUMNS);
  return process.stdout.columns ?? (told >= columnsMin ? told : undefined);
}

/** Does what the command line asks for; `onCommand` hears of a command before it runs. */
async function perform(
  args: readonly string[],
  interruption: Interruption,
  onCommand: (command: Command) => void,
): Promise<ExitCode> {
  try {
    const { parseCommandLine } = await import('./parse-command-line.ts');
    const parsed = await parseCommandLine(args, readVersion(), readColumns());
    if (parsed.kind === 'text') {
      process.stdout.write(`${parsed.text}\n`);
      return exitCodes.done;
    }
    onCommand(parsed.command);
    return await parsed.command.run(parsed.argv, await createContext(parsed.argv, interruption));
  } catch (error) {
    return await fail(error);
  }
}

async function main(args: readonly string[]): Promise<void> {
  // The shortest question gets the shortest way.
  if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
    process.stdout.write(`${readVersion()}\n`);
    exit(exitCodes.done, false);
    return;
  }
  let command: Command | undefined;
  const interruption = watchInterruption(() => command?.endsItself === true);
  const code = await perform(args, interruption, (found) => {
    command = found;
  });
  exit(code, interruption.signal.aborted);
}

await main(process.argv.slice(2));
