import type { Connector } from './session/connector.ts';
import type { Errands } from './session/errands.ts';
import type { Effect } from './state/step.ts';
import type { TerminalControl } from './terminal.ts';

/** Who does what the state asks for. */
export interface Performers {
  readonly connector: Connector;
  readonly errands: Errands;
  readonly terminal: TerminalControl;
  readonly exit: (keepsRelay: boolean) => void;
}

/** Does what a change asks for. Errands and jobs tell by themselves how they went: nobody waits for them. */
export function performEffect(
  effect: Effect,
  { connector, errands, terminal, exit }: Performers,
): Promise<void> | undefined | void {
  switch (effect.effect) {
    case 'send':
      return connector.send(effect.seq, effect.target, effect.json);
    case 'tap':
      return connector.tap(effect.isOn);
    case 'start-local-relay':
      return connector.startLocally(true);
    case 'join':
      return connector.join(effect.joining);
    case 'give-up':
      return connector.giveUp();
    case 'reconnect':
      return connector.reconnect();
    case 'list-profiles':
      return errands.listProfiles();
    case 'open-profile':
      return connector.openProfile(effect.name);
    case 'list-snippets':
      return errands.listSnippets();
    case 'save-snippet':
      return errands.saveSnippet(effect);
    case 'remember':
      return errands.remember(effect.command);
    case 'add-device':
      return connector.jobs?.addDevice(effect.id);
    case 'remove-device':
      return connector.jobs?.removeDevice(effect.id);
    case 'rotate-token':
      return connector.jobs?.rotateToken(effect.id, effect.keepOld);
    case 'look':
      return connector.jobs?.look(effect.id);
    case 'remove':
      return connector.jobs?.remove(effect.removal);
    case 'cancel-sent':
      return connector.jobs?.cancelSent(effect.target, effect.messageId);
    case 'copy':
      return terminal.copy(effect.text);
    case 'save':
      return errands.save(effect.entries);
    case 'save-worker':
      return errands.saveWorker(effect.worker);
    case 'edit':
      return errands.edit(effect.text);
    case 'redraw':
      return terminal.redraw();
    case 'suspend':
      return terminal.suspend();
    case 'exit':
      return exit(effect.keepsRelay === true);
    default:
      return effect satisfies never;
  }
}
