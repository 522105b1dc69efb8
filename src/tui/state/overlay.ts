/** What stands in the place of the lists until it is closed or answered. */
import type { DeviceDetail, QueueDetail } from '../../client/http-types.ts';
import type { Snippet } from '../../client/snippets.ts';
import type { Command } from '../commands/command-name.ts';
import type { DeviceState } from '../model/device-list.ts';
import type { Menu } from '../model/menu.ts';
import type { Target } from '../model/targets.ts';
import { emptyBuffer, type TextBuffer } from '../model/text-buffer.ts';

/** A command that waits for a yes. */
export interface PendingCommand {
  readonly targets: readonly Target[];
  readonly json: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/** What a menu offers. */
export type MenuChoice =
  | { readonly choose: 'command'; readonly command: Command }
  | { readonly choose: 'snippet'; readonly snippet: Snippet }
  | { readonly choose: 'save-snippet' }
  | { readonly choose: 'profile'; readonly name: string }
  | { readonly choose: 'add-relay' };

/** A device that is to be removed or to get a new token, as it was known when that was asked. */
export interface DeviceInQuestion {
  readonly id: string;
  readonly state: DeviceState;
  readonly waiting: number;
  /** Its sheet, where it was asked there: a no goes back to it. */
  readonly sheet: DeviceSheet | undefined;
}

/** What is asked in one line. */
export type Question =
  | { readonly about: 'new-device' }
  /** The answer is its name: no key that is pressed by mistake takes the token of a machine. */
  | { readonly about: 'remove-device'; readonly device: DeviceInQuestion }
  /** The answer is how long the old token goes on. */
  | { readonly about: 'rotate-token'; readonly device: DeviceInQuestion }
  | { readonly about: 'snippet-name'; readonly snippet: Snippet }
  | {
      readonly about: 'snippet-value';
      readonly snippet: Snippet;
      readonly variable: string;
      /** Those that were given before. */
      readonly values: ReadonlyMap<string, string>;
    };

export interface Prompt {
  readonly question: Question;
  readonly buffer: TextBuffer;
  /** What is wrong with what was typed. */
  readonly problem: string | undefined;
  /** The answer is being worked on. */
  readonly isBusy: boolean;
}

export function createPrompt(question: Question): Prompt {
  return { question, buffer: emptyBuffer, problem: undefined, isBusy: false };
}

/** What the relay knows of one device, and what waits for it. */
export interface DeviceSheet {
  readonly id: string;
  /** Undefined until the relay has answered. */
  readonly detail: DeviceDetail | undefined;
  readonly queue: QueueDetail | undefined;
  /** Why it is not known. */
  readonly problem: string | undefined;
  /** The waiting message under the cursor, by its number in the queue. */
  readonly cursorSeq: number | undefined;
  /** When the relay was asked last. */
  readonly askedAtMs: number;
}

/** A device that was just registered or got a new token, which is said this once. */
export interface NewDevice {
  readonly id: string;
  readonly token: string;
  readonly url: string;
  /** A program to paste on its machine. */
  readonly worker: string;
  /** The relay that made it, where that is not the one that is shown. */
  readonly elsewhere?: string;
  /** There was a token before: it goes on for so long (`1h`), or not at all. */
  readonly oldToken?: { readonly keptFor: string | undefined };
}

/** A new token for a device, and how long the old one goes on; undefined: not at all. */
export interface Rotation {
  readonly device: DeviceInQuestion;
  readonly keepOld: string | undefined;
}

/** Something that is done after a yes. */
export type Removal =
  | { readonly remove: 'queue'; readonly target: string; readonly count: number }
  | { readonly remove: 'queued'; readonly target: string; readonly seq: number };

export type Overlay =
  | { readonly kind: 'help'; readonly top: number }
  | { readonly kind: 'problems'; readonly top: number }
  | { readonly kind: 'confirm-send'; readonly command: PendingCommand }
  /** `others` would lose the relay inside; undefined where they are not known, because another relay is looked at. */
  | { readonly kind: 'confirm-quit'; readonly others: readonly string[] | undefined }
  | { readonly kind: 'confirm-removal'; readonly removal: Removal; readonly sheet: DeviceSheet }
  | { readonly kind: 'confirm-rotation'; readonly rotation: Rotation; readonly prompt: Prompt }
  | { readonly kind: 'menu'; readonly menu: Menu<MenuChoice> }
  | { readonly kind: 'prompt'; readonly prompt: Prompt }
  | { readonly kind: 'device-sheet'; readonly sheet: DeviceSheet }
  | { readonly kind: 'new-device'; readonly device: NewDevice; readonly top: number };
