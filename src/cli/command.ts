import type { Readable } from 'node:stream';
import type { ArgumentsCamelCase, InferredOptionTypes, Options, PositionalOptions } from 'yargs';
import type { ExitCode } from './exit-codes.ts';
import type { Output } from './output.ts';
import type { Profiles } from './profiles.ts';
import type { Prompts } from './prompts.ts';

/** What every command understands (UX "Commands"). */
export const commonOptions = {
  profile: { type: 'string', requiresArg: true, describe: 'The saved connection to use' },
  json: { type: 'boolean', describe: 'Machine-readable output only on standard output' },
  quiet: { type: 'boolean', alias: 'q', describe: 'Say nothing but errors' },
  'no-input': { type: 'boolean', describe: 'Ask nothing' },
} as const satisfies Record<string, Options>;

/** What every command understands that talks to a relay. */
export const connectionOptions = {
  url: { type: 'string', requiresArg: true, describe: 'The relay: wss://host/ws/connect/, https://host or host' },
  'auth-key-stdin': { type: 'boolean', describe: 'Read the master key (auth_key) from standard input' },
  'device-token-stdin': { type: 'boolean', describe: 'Read the device token from standard input' },
  'admin-key-stdin': { type: 'boolean', describe: 'Read the admin key from standard input' },
  'ca-file': { type: 'string', requiresArg: true, describe: 'Certificate authorities of your own, in PEM' },
} as const satisfies Record<string, Options>;

/** For what removes or replaces something. */
export const confirmOptions = {
  yes: { type: 'boolean', alias: 'y', describe: 'Do not ask' },
} as const satisfies Record<string, Options>;

type CommonArguments = ArgumentsCamelCase<InferredOptionTypes<typeof commonOptions>>;
export type ConnectionArguments = CommonArguments & ArgumentsCamelCase<InferredOptionTypes<typeof connectionOptions>>;

/** Ctrl+C, SIGTERM, or a reader of standard output that went away. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** How an interrupted command ends: 130, 143, or 0 when nobody reads any more. */
  readonly exitCode: ExitCode;
}

/** What a command gets from the world. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly output: Output;
  readonly prompts: Prompts;
  readonly profiles: Profiles;
  readonly version: string;
  readonly interruption: Interruption;
}

/** One way to use a command: what to type, and what it does. */
export type Example = readonly [command: string, effect: string];

/** A command as its own file writes it; flags in kebab-case here arrive in camelCase. */
export interface CommandDefinition<
  Positionals extends Readonly<Record<string, PositionalOptions>>,
  Flags extends Readonly<Record<string, Options>>,
> {
  readonly positionals?: Positionals;
  readonly options?: Flags;
  /** At least two, shown by `--help`. */
  readonly examples: readonly [Example, Example, ...Example[]];
  /**
   * On interruption the command cleans up and ends by itself, and its exit code counts. Otherwise the process ends at
   * once with 130 or 143.
   */
  readonly endsItself?: boolean;
  run(
    argv: ArgumentsCamelCase<Inferred<Positionals> & Inferred<Flags>> & CommonArguments,
    context: CommandContext,
  ): Promise<ExitCode>;
}

type Inferred<Table extends Readonly<Record<string, Options | PositionalOptions>>> = InferredOptionTypes<{
  -readonly [Key in keyof Table]: Table[Key];
}>;

/** A command as the command line sees it. */
export interface Command {
  readonly positionals: Readonly<Record<string, PositionalOptions>>;
  readonly options: Readonly<Record<string, Options>>;
  readonly examples: readonly Example[];
  readonly endsItself: boolean;
  /** `argv` is what yargs made of the command line with these options. */
  run(argv: unknown, context: CommandContext): Promise<ExitCode>;
}

export function defineCommand<
  const Positionals extends Readonly<Record<string, PositionalOptions>>,
  const Flags extends Readonly<Record<string, Options>>,
>(definition: CommandDefinition<Positionals, Flags>): Command {
  return {
    positionals: definition.positionals ?? {},
    options: definition.options ?? {},
    examples: definition.examples,
    endsItself: definition.endsItself ?? false,
    // The door: yargs has checked the command line against the very tables that the types come from.
    run: (argv, context) => definition.run(argv as Parameters<typeof definition.run>[0], context),
  };
}
