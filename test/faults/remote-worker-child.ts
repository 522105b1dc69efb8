/** A worker on another host: says what it gets, one JSON line each, and how its connection ended. */

import { opcodes } from '../e2e/raw-frame.ts';
import { openRawWebSocket } from '../e2e/raw-websocket.ts';

const [, , url = '', token = ''] = process.argv;
const client = await openRawWebSocket(url);
client.sendJson({ device_token: token });
for (;;) {
  const frame = await client.nextFrame().catch(() => undefined);
  if (frame?.opcode === opcodes.text) process.stdout.write(`${frame.payload}\n`);
  else if (frame?.opcode === opcodes.close) break;
}
