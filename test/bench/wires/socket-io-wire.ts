/** Socket.IO 5 over Engine.IO 4, WebSocket from the start: a client's id is the room that it joins by its first event. */
import { encodeClientFrame, FrameWalker, opcodes, readServerFrame, upgradeStep } from './websocket.ts';
import { excerpt, type OpeningStep, type Wire } from './wire.ts';

/** Engine.IO's ping and pong are text frames of one character. */
const engineFrames = { ping: '2', pong: '3' } as const;
/** The event by which a message travels, both ways. */
export const messageEvent = 'm';
/** The event by which a client names itself; the server says it back. */
export const joinEvent = 'join';

function textFrame(text: string): Buffer {
  return encodeClientFrame(opcodes.text, Buffer.from(text));
}

function waitForFrame(start: string): OpeningStep['answerBytes'] {
  return (received) => {
    const frame = readServerFrame(received);
    if (frame === undefined) return undefined;
    if (!frame.payload.toString('latin1').startsWith(start)) {
      throw new Error(`socket.io refused: ${excerpt(frame.payload)}`);
    }
    return frame.bytes;
  };
}

export function createSocketIoWire(): Wire {
  return {
    opening: (clientId) => [
      upgradeStep('/socket.io/?EIO=4&transport=websocket'),
      { answerBytes: waitForFrame('0{') },
      { send: textFrame('40'), answerBytes: waitForFrame('40{') },
      { send: textFrame(`42["${joinEvent}","${clientId}"]`), answerBytes: waitForFrame(`42["${joinEvent}"`) },
    ],
    encodeMessage: (_to, payload) => textFrame(`42["${messageEvent}",${payload.toString()}]`),
    createReader({ payloadBytes }, answer) {
      let deliveries = 0;
      let isDelivery = false;
      const deliveryBytes = `42["${messageEvent}",]`.length + payloadBytes;
      const walker = new FrameWalker({
        visitData(chunk, start, end, frameBytes) {
          isDelivery = frameBytes === deliveryBytes;
          if (isDelivery) return;
          const text = chunk.toString('latin1', start, end);
          if (text !== engineFrames.ping)
            throw new Error(`instead of a delivery socket.io sent ${JSON.stringify(text)}`);
          answer(textFrame(engineFrames.pong));
        },
        visitEnd() {
          if (isDelivery) deliveries++;
        },
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
