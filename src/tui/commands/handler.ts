import type { CommanderState } from '../state/state.ts';
import type { Step } from '../state/step.ts';
import type { Command } from './command-name.ts';

/** What a command does: pure, from one state to the next. */
export type CommandHandler = (state: CommanderState) => Step;

export type Handlers<Name extends Command> = Readonly<Record<Name, CommandHandler>>;
