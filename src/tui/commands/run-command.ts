import type { CommanderState } from '../state/state.ts';
import type { Step } from '../state/step.ts';
import { appCommands } from './app-commands.ts';
import type { Command } from './command-name.ts';
import { composerCommands } from './composer-commands.ts';
import { deviceCommands } from './device-commands.ts';
import { editingCommands } from './editing-commands.ts';
import { filterCommands } from './filter-commands.ts';
import { firstRunCommands } from './first-run-commands.ts';
import { formCommands } from './form-commands.ts';
import type { Handlers } from './handler.ts';
import { menuChooser, menuCommands } from './menu-commands.ts';
import { messageCommands } from './message-commands.ts';
import { movingCommands } from './moving-commands.ts';
import { promptCommands } from './prompt-commands.ts';
import { registrationCommands } from './registration-commands.ts';
import { sheetCommands } from './sheet-commands.ts';

const handlers: Handlers<Command> = {
  ...appCommands,
  ...composerCommands,
  ...deviceCommands,
  ...editingCommands,
  ...filterCommands,
  ...firstRunCommands,
  ...formCommands,
  ...menuCommands,
  'menu-choose': menuChooser(runCommand),
  ...messageCommands,
  ...movingCommands,
  ...promptCommands,
  ...registrationCommands,
  ...sheetCommands,
};

export function runCommand(state: CommanderState, command: Command): Step {
  return handlers[command](state);
}
