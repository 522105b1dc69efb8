/** What is typed to reach a relay: for the first time, one more, or the same with another key. */
import { closeCodeOf } from '../../protocol/codes.ts';
import { emptyBuffer, type TextBuffer } from '../model/text-buffer.ts';
import type { RelayStatus, Screen } from './state.ts';

export type FormField = 'url' | 'authKey' | 'name';

/** What the form is filled in for. */
export type FormAim =
  | { readonly for: 'first-relay' }
  | { readonly for: 'another-relay' }
  /** `profile`: where the key was saved that the relay does not take any more, and the new one will be. */
  | { readonly for: 'another-key'; readonly label: string; readonly profile: string | undefined };

export interface ConnectForm {
  readonly aim: FormAim;
  /** Typed, or where the other key goes to. */
  readonly url: TextBuffer;
  readonly authKey: TextBuffer;
  /** The name of the profile; empty: named after the host, or not saved where a key alone is given. */
  readonly name: TextBuffer;
  readonly field: FormField;
  /** Why the last try failed. */
  readonly problem: string | undefined;
}

/** What a filled in form asks for. */
export interface Joining {
  readonly aim: FormAim;
  readonly url: string;
  readonly authKey: string;
  readonly name: string;
}

/** What can be typed, in the order of the screen. */
export function fieldsOf(aim: FormAim): readonly FormField[] {
  switch (aim.for) {
    case 'first-relay':
      return ['url', 'authKey'];
    case 'another-relay':
      return ['url', 'authKey', 'name'];
    case 'another-key':
      return aim.profile === undefined ? ['authKey', 'name'] : ['authKey'];
  }
}

export function emptyForm(aim: FormAim, url: TextBuffer = emptyBuffer): ConnectForm {
  const field = fieldsOf(aim)[0] ?? 'authKey';
  return { aim, url, authKey: emptyBuffer, name: emptyBuffer, field, problem: undefined };
}

/** A key of ours says what it is for; a device token would take the session of its device. */
const otherKinds = [
  ['rly_device_', 'a device token'],
  ['rly_admin_', 'an admin key'],
] as const;

/** Why a key is none for the commander, as far as that is seen without asking. */
export function problemOfKey(authKey: string): string | undefined {
  if (authKey === '') return 'A master key is needed: whoever runs the relay has it.';
  const kind = otherKinds.find(([beginning]) => authKey.startsWith(beginning))?.[1];
  return kind === undefined ? undefined : `That is ${kind}: here a master key is needed.`;
}

/** Whether a key was put where it can be read. */
export function holdsKey(text: string): boolean {
  return /rly_(?:master|device|admin)_/.test(text);
}

/** Whether the relay is there and does not take the key: unknown, revoked, or one of too many wrong ones. */
export function isKeyRefused({ connection }: RelayStatus): boolean {
  if (connection?.phase !== 'closed') return false;
  const { closeCode } = connection.ending;
  return (['invalid_credentials', 'revoked', 'auth_throttled'] as const).some(
    (code) => closeCodeOf(code) === closeCode,
  );
}

/** Before there is a relay: nothing else goes on. */
export function isBeginning(screen: Screen): boolean {
  if (screen.name === 'connect-form') return screen.form.aim.for === 'first-relay';
  return screen.name === 'first-run' || screen.name === 'busy';
}

/** What the form says of itself, and what stands in an empty field that need not be filled in. */
export function formTitle(aim: FormAim): string {
  switch (aim.for) {
    case 'first-relay':
      return 'Connect to a relay';
    case 'another-relay':
      return 'Add a relay';
    case 'another-key':
      return `Another key for ${aim.label}`;
  }
}

export function unnamedWords({ for: purpose }: FormAim): string {
  return purpose === 'another-key' ? 'not saved' : 'the name of its host';
}
