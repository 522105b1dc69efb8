/** Carries the protocol of another wire in binary WebSocket frames: one frame a message, as a client sends it. */
import { encodeClientFrame, FrameWalker, opcodes, readServerFrame, upgradeStep } from './websocket.ts';
import type { OpeningStep, Wire } from './wire.ts';

export interface CarrierSettings {
  readonly path: string;
  readonly subprotocol?: string;
}

/** The payloads of the complete frames at the start of these bytes, and how many bytes those frames take. */
function unwrap(received: Buffer): { readonly payload: Buffer; readonly bytes: number } {
  const payloads: Buffer[] = [];
  let bytes = 0;
  for (let frame = readServerFrame(received); frame !== undefined; frame = readServerFrame(received, bytes)) {
    payloads.push(frame.payload);
    bytes += frame.bytes;
  }
  return { payload: Buffer.concat(payloads), bytes };
}

function wrapStep(step: OpeningStep): OpeningStep {
  return {
    ...(step.send === undefined ? {} : { send: encodeClientFrame(opcodes.binary, step.send) }),
    answerBytes(received) {
      const { payload, bytes } = unwrap(received);
      return step.answerBytes(payload) === undefined ? undefined : bytes;
    },
  };
}

export function overWebSocket(inner: Wire, { path, subprotocol }: CarrierSettings): Wire {
  return {
    opening: (clientId) => [upgradeStep(path, subprotocol), ...inner.opening(clientId).map(wrapStep)],
    encodeMessage: (to, payload) => encodeClientFrame(opcodes.binary, inner.encodeMessage(to, payload)),
    createReader(expected, answer) {
      let deliveries = 0;
      const reader = inner.createReader(expected, (bytes) => answer(encodeClientFrame(opcodes.binary, bytes)));
      const walker = new FrameWalker({
        visitData(chunk, start, end) {
          deliveries += reader.read(chunk, start, end);
        },
        visitEnd() {},
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
