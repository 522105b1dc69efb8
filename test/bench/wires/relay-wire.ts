/** The published contract of the relay (PROTOCOL A), which the afternoon relay speaks as well. */
import { encodeClientFrame, FrameWalker, opcodes, readServerFrame, upgradeStep } from './websocket.ts';
import { excerpt, type Wire } from './wire.ts';

export interface RelayWireSettings {
  readonly name: 'relay';
  readonly authKey: string;
}

export function createRelayWire({ authKey }: RelayWireSettings): Wire {
  return {
    opening: (clientId) => [
      upgradeStep('/ws/connect/'),
      {
        send: encodeClientFrame(opcodes.text, Buffer.from(JSON.stringify({ auth_key: authKey, sender: clientId }))),
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
