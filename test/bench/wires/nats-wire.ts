/** The client protocol of NATS: a client's id is the subject that it subscribes to. */
import { PacketWalker } from './packet-walker.ts';
import { excerpt, type OpeningStep, type Wire } from './wire.ts';

const connect = 'CONNECT {"verbose":false,"pedantic":false,"echo":false,"protocol":1}\r\n';
const pong = Buffer.from('PONG\r\n');

function firstByte(text: string): number {
  return text.charCodeAt(0);
}

/** Takes everything up to and with the line that starts so. */
function waitForLine(start: string): OpeningStep['answerBytes'] {
  return (received) => {
    const text = received.toString('latin1');
    if (text.includes('-ERR')) throw new Error(`nats-server refused: ${excerpt(received)}`);
    const at = text.indexOf(start);
    const end = at < 0 ? -1 : text.indexOf('\r\n', at);
    return end < 0 ? undefined : end + 2;
  };
}

export function createNatsWire(): Wire {
  return {
    opening: (clientId) => [
      { answerBytes: waitForLine('INFO') },
      { send: Buffer.from(`${connect}SUB ${clientId} 1\r\nPING\r\n`), answerBytes: waitForLine('PONG') },
    ],
    encodeMessage: (to, payload) =>
      Buffer.concat([Buffer.from(`PUB ${to} ${payload.length}\r\n`), payload, Buffer.from('\r\n')]),
    createReader({ to, payloadBytes }, answer) {
      let deliveries = 0;
      const deliveryBytes = `MSG ${to} 1 ${payloadBytes}\r\n`.length + payloadBytes + 2;
      const walker = new PacketWalker(
        new Map([
          [firstByte('M'), { bytes: deliveryBytes, onPacket: () => void deliveries++ }],
          [firstByte('P'), { bytes: 'PING\r\n'.length, onPacket: () => answer(pong) }],
        ]),
        (bytes) => `instead of a delivery nats-server sent ${excerpt(bytes)}`,
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
