import { addFields } from '../../protocol/address.ts';

/**
 * A payload with the `sender` that answers go to, unless it has one of its own. One that is no JSON object stays as it is: what is
 * wrong with it is said when it is sent.
 */
export function withSender(payload: string, replyTo: string | undefined): string {
  if (replyTo === undefined) return payload;
  const extended = addFields(payload, { required: {}, defaults: { sender: replyTo } });
  return 'problem' in extended ? payload : extended.json;
}
