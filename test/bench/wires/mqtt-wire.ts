/** MQTT 3.1.1 at quality of service 0, the closest to a live message: a client's id is the topic that it subscribes to. */
import { PacketWalker } from './packet-walker.ts';
import { excerpt, type OpeningStep, type Wire } from './wire.ts';

const packets = { connect: 0x10, connack: 0x20, publish: 0x30, subscribe: 0x82, suback: 0x90 } as const;
/** Level 4 is MQTT 3.1.1; a clean session; no keep-alive, so that idle clients owe the broker nothing. */
const connectHeader = Buffer.from([0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 0x02, 0, 0]);

function encodeString(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** The remaining length: seven bits a byte, the lowest first, the top bit set where more follow. */
function encodeLength(length: number): Buffer {
  const bytes: number[] = [];
  let left = length;
  do {
    const more = left >= 0x80 ? 0x80 : 0;
    bytes.push((left & 0x7f) | more);
    left = Math.floor(left / 0x80);
  } while (left > 0);
  return Buffer.from(bytes);
}

function encodePacket(type: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([type]), encodeLength(body.length), body]);
}

/** Waits for a packet whose last byte is a return code below 0x80, and 0 where only that is success. */
function waitForPacket(type: number, bytes: number): OpeningStep['answerBytes'] {
  return (received) => {
    if (received.length < bytes) return undefined;
    if (received[0] !== type || received[bytes - 1] !== 0) {
      throw new Error(`the broker refused: 0x${received.toString('hex', 0, 16)}`);
    }
    return bytes;
  };
}

export function createMqttWire(): Wire {
  return {
    opening: (clientId) => [
      {
        send: encodePacket(packets.connect, connectHeader, encodeString(clientId)),
        answerBytes: waitForPacket(packets.connack, 4),
      },
      {
        send: encodePacket(packets.subscribe, Buffer.from([0, 1]), encodeString(clientId), Buffer.from([0])),
        answerBytes: waitForPacket(packets.suback, 5),
      },
    ],
    encodeMessage: (to, payload) => encodePacket(packets.publish, encodeString(to), payload),
    createReader({ to, payloadBytes }) {
      let deliveries = 0;
      const deliveryBytes = encodePacket(packets.publish, encodeString(to), Buffer.alloc(payloadBytes)).length;
      const walker = new PacketWalker(
        new Map([[packets.publish, { bytes: deliveryBytes, onPacket: () => void deliveries++ }]]),
        (bytes) => `instead of a delivery the broker sent ${excerpt(bytes)}`,
      );
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
