import { addFields } from '../../../protocol/address.ts';

/** What is to be sent, as it stands in the composer. */
export interface Draft {
  readonly json: string;
  /** Hand it over now or not at all: nothing waits for a device that is away. */
  readonly isNowOnly: boolean;
}

/** The sentence that says what is wrong with a payload; undefined when it can be sent. */
export function problemOf(json: string): string | undefined {
  if (json.trim() === '') return 'write a JSON object, such as {"cmd":"reboot"}';
  const extended = addFields(json, { required: {}, defaults: {} });
  return 'problem' in extended ? extended.problem : undefined;
}

export interface Addressed {
  readonly target: string;
  readonly messageId: string;
  readonly text: string;
}

/** The draft for each of its targets, or why it is sent to none. */
export function addressDraft(
  { json, isNowOnly }: Draft,
  targets: readonly string[],
  { sender, bytesMax, makeId }: { sender: string; bytesMax: number; makeId: () => string },
): readonly Addressed[] | { readonly problem: string } {
  const addressed: Addressed[] = [];
  for (const target of targets) {
    const messageId = makeId();
    const required = { target, _id: messageId, ...(isNowOnly ? { _ttl: 0 } : {}) };
    const extended = addFields(json.trim(), { required, defaults: { sender } });
    if ('problem' in extended) return extended;
    const bytes = new TextEncoder().encode(extended.json).length;
    if (bytes > bytesMax)
      return { problem: `the message has ${bytes} bytes, the relay takes ${bytesMax} (message_bytes)` };
    addressed.push({ target, messageId, text: extended.json });
  }
  return addressed;
}
