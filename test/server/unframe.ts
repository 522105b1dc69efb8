import { readFrameHeader } from '../../src/server/sockets/frame-header.ts';

/** The payloads of whole frames that stand one behind the other. Throws when the last one is cut. */
export function unframe(bytes: Uint8Array): Uint8Array[] {
  const payloads: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const header = readFrameHeader(Buffer.from(bytes), at);
    if (header === undefined) throw new Error('half a frame was sent');
    at += header.frameBytes;
    payloads.push(bytes.slice(at - header.payloadBytes, at));
  }
  return payloads;
}
