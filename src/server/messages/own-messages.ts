import { closeCodeOf, isSaidBeforeClose } from '../../protocol/codes.ts';
import type { Refusal, RelayMessage } from '../../protocol/messages.ts';
import type { Link } from '../rooms/link.ts';

/** For an error that has no close code of its own (RFC 6455 §7.4.1). */
const internalErrorClose = 1011;

const encoder = new TextEncoder();

/** The bytes of a message of the relay itself. */
export function encodeMessage(message: RelayMessage): Uint8Array {
  return encoder.encode(JSON.stringify(message));
}

/** Ends a connection: one error message where the contract has one, then the close with its code (PROTOCOL D). */
export function closeWithError(link: Link, { code, message }: Refusal): void {
  if (isSaidBeforeClose(code)) link.sendText(encodeMessage({ status: 'error', code, message }));
  link.close(closeCodeOf(code) ?? internalErrorClose, code);
}
