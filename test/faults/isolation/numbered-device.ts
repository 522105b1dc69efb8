/** A device of a user to whom nobody else speaks, and the number that the next message for it has (PROTOCOL B `acks`). */
import { leave, numbered, queue } from '../../e2e/contract/queueing.ts';
import { login, type TestRoom } from '../../e2e/contract/test-room.ts';

const device = 'gate-1';

/** Queues one message for the device while it is away, and answers the `_seq` with which it comes. */
export async function nextNumber(room: TestRoom): Promise<number> {
  await queue(room, device, numbered(device, 0, 1));
  const credentials = { auth_key: room.authKey, sender: device, extensions: ['acks'] };
  await using session = await login(room.relay.url, credentials);
  const { _seq: seq } = await session.nextJson();
  session.sendJson({ action: 'ack', seq });
  await room.untilWaiting(device, 0);
  await leave(room, session, device);
  return Number(seq);
}
