/** The published contract of the relay (PROTOCOL A), which the afternoon relay speaks as well. */
import { encodeClientFrame, FrameWalker, opcodes, readServerFrame, upgradeStep } from './websocket.ts';
import { excerpt, type Wire } from './wire.ts';

export interface RelayWireSettings {
  readonly name: 'relay';
  readonly authKey: string;
  /** What the clients ask for beyond the published contract. */
  readonly extensions?: readonly string[];
}

/** How long a receipt is (PROTOCOL B `receipts`). */
export function receiptBytes(status: 'delivered' | 'queued', id: string, target: string): number {
  return Buffer.byteLength(JSON.stringify({ status, _id: id, target }));
}

export function createRelayWire({ authKey, extensions }: RelayWireSettings): Wire {
  const credentials = (sender: string) => ({
    auth_key: authKey,
    sender,
    ...(extensions === undefined ? {} : { extensions }),
  });
  return {
    opening: (clientId) => [
      upgradeStep('/ws/connect/'),
      {
        send: encodeClientFrame(opcodes.text, Buffer.from(JSON.stringify(credentials(clientId)))),
        answerBytes(received) {
          const frame = readServerFrame(received);
          if (frame === undefined) return undefined;
          if (!frame.payload.includes('"authenticated"')) {
            throw new Error(`the credentials were refused: ${excerpt(frame.payload)}`);
          }
          return frame.bytes;
        },
      },
    ],
    encodeMessage: (_to, payload) => encodeClientFrame(opcodes.text, payload),
    createReader(expected, answer) {
      let deliveries = 0;
      const walker = new FrameWalker({
        visitData(chunk, start, end, payloadBytes) {
          if (payloadBytes !== expected.payloadBytes) {
            throw new Error(`instead of a delivery came ${excerpt(chunk.subarray(start, end))}`);
          }
        },
        visitEnd: () => deliveries++,
        visitPing: (payload) => answer(encodeClientFrame(opcodes.pong, payload)),
      });
      return {
        read(chunk, start, end) {
          deliveries = 0;
          walker.walk(chunk, start, end);
          return deliveries;
        },
      };
    },
  };
}
