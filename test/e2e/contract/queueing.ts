/** What the tests of the queue have in common. */
import { opcodes } from '../raw-frame.ts';
import type { RawWebSocket } from '../raw-websocket.ts';
import type { TestRoom } from './test-room.ts';

/** Says goodbye and waits until the relay knows it. */
export async function leave(room: TestRoom, client: RawWebSocket, id: string): Promise<void> {
  client.sendClose(1000);
  await client.gone;
  await room.untilPresence(id, 'offline');
}

/** Sends to an offline target and waits until the store has it all. */
export async function queue(room: TestRoom, target: string, texts: readonly string[]): Promise<void> {
  await using sender = await room.controller(`sender-to-${target}`);
  const before = await room.waiting(target);
  for (const text of texts) sender.sendText(text);
  await room.untilWaiting(target, before + texts.length);
}

/** Messages that tell their place in the order. */
export const numbered = (target: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `{"target":${JSON.stringify(target)},"n":${from + index}}`);

/** The message as it comes out of the queue (PROTOCOL A4). */
export const flagged = (text: string) => text.replace(/\}$/, ',"_offline_queued":true}');

/** What the next ping carries; messages before it are passed over. */
export async function nextPing(client: RawWebSocket): Promise<Buffer> {
  for (;;) {
    const frame = await client.nextFrame();
    if (frame.opcode === opcodes.ping) return frame.payload;
  }
}
