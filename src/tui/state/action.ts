import type { DeviceDetail, QueueDetail } from '../../client/http-types.ts';
import type { Snippets } from '../../client/snippets.ts';
import type { ConnectionState, ReceivedMessage, Session, TappedMessage } from '../../client/types.ts';
import type { ErrorMessage, PresenceState } from '../../protocol/messages.ts';
import type { Command } from '../commands/command-name.ts';
import type { Device } from '../model/device-list.ts';
import type { SavedProfile } from '../ports.ts';
import type { Stroke } from '../strokes.ts';
import type { FormField } from './connect-form.ts';
import type { Fate } from './fates.ts';
import type { NewDevice } from './overlay.ts';
import type { LocalRelayInfo, Size } from './state.ts';

/** What comes back for something that the state asked for. */
export type Answer =
  /** What the relay knows of a device and what waits for it, or why that is not known. */
  | {
      readonly type: 'device-looked';
      readonly id: string;
      readonly detail: DeviceDetail | undefined;
      readonly queue: QueueDetail | undefined;
      readonly problem: string | undefined;
    }
  /** It is registered or has a new token. */
  | { readonly type: 'device-added'; readonly device: NewDevice }
  | { readonly type: 'device-removed'; readonly id: string }
  /** What was typed into a question cannot be done. */
  | { readonly type: 'prompt-refused'; readonly reason: string }
  /** What a question asked for is done. */
  | { readonly type: 'prompt-done'; readonly words: string }
  | { readonly type: 'snippets-listed'; readonly snippets: Snippets }
  | { readonly type: 'profiles-listed'; readonly profiles: readonly SavedProfile[] }
  /** Commands of earlier sessions, oldest first. */
  | { readonly type: 'history-loaded'; readonly commands: readonly string[] }
  /** What $EDITOR made of the command. */
  | { readonly type: 'edited'; readonly text: string }
  /** Neither starting a relay nor connecting to one worked out; `field` is the one to mend, the key unless said. */
  | { readonly type: 'beginning-failed'; readonly reason: string; readonly field?: FormField }
  /** The main screen; `command` is put into the composer, ready to be sent. */
  | { readonly type: 'begun'; readonly command?: string }
  | { readonly type: 'told'; readonly tone: 'good' | 'bad'; readonly text: string };

/** Everything that happens: to the keyboard, the terminal, the network, the clock. */
export type Action =
  | Answer
  | { readonly type: 'strokes'; readonly strokes: readonly Stroke[] }
  /** A command by its name, where there are no keys. */
  | { readonly type: 'command'; readonly command: Command }
  /** A command, to be saved under a name that is asked for. */
  | { readonly type: 'command-kept'; readonly text: string }
  /** A device by its name, where there is no cursor to put on it. */
  | { readonly type: 'device-picked'; readonly id: string }
  | { readonly type: 'pasted'; readonly text: string }
  | { readonly type: 'resized'; readonly size: Size }
  | { readonly type: 'ticked' }
  /** A connection to this relay begins. */
  | {
      readonly type: 'relay-chosen';
      readonly label: string;
      readonly url: string;
      readonly profile?: string | undefined;
      readonly local?: LocalRelayInfo | undefined;
    }
  /** `session`: what the relay granted, while there is one. */
  | {
      readonly type: 'connection-changed';
      readonly connection: ConnectionState;
      readonly session?: Session | undefined;
    }
  | { readonly type: 'round-trip'; readonly roundTripMs: number }
  | { readonly type: 'received'; readonly messages: readonly ReceivedMessage[] }
  | { readonly type: 'refused'; readonly error: ErrorMessage }
  /** A copy of what others said. */
  | { readonly type: 'tapped'; readonly messages: readonly TappedMessage[] }
  /** What became of a message that was sent: the first word, or the last one. */
  | { readonly type: 'send-told'; readonly seq: number; readonly fate: Fate }
  /** Who came and went. */
  | { readonly type: 'presence-pushed'; readonly devices: Readonly<Record<string, PresenceState>> }
  /** `isComplete`: these are all that the relay knows. */
  | { readonly type: 'devices-polled'; readonly devices: readonly Device[]; readonly isComplete: boolean }
  | { readonly type: 'poll-failed'; readonly reason: string };
