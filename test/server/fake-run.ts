import { readEnvelope, readId } from '../../src/protocol/envelope.ts';
import { isMessageId } from '../../src/protocol/message-id.ts';
import type { MessageRun } from '../../src/server/messages/message-run.ts';
import type { FramedBytes } from '../../src/server/sockets/frame-memory.ts';

const encoder = new TextEncoder();

function frame(payload: Uint8Array): Uint8Array {
  const header =
    payload.length < 126 ? [0x81, payload.length] : [0x81, 126, payload.length >>> 8, payload.length & 0xff];
  return Uint8Array.of(...header, ...payload);
}

/** Messages that came together, without a kernel that found them: what it says of them is asked of the plain scanner. */
export class FakeRun implements MessageRun {
  readonly target: string;
  readonly hasOddIds: boolean;
  readonly hasTtls: boolean;
  readonly hasRelayFields: boolean;
  readonly framed: FramedBytes;
  readonly #payloads: readonly Uint8Array[];
  /** Of each message, where it has one. */
  readonly #ids: readonly (string | undefined)[];

  /** The messages must have this target, and no payload of 64 KiB or more. */
  constructor(target: string, messages: readonly object[]) {
    this.target = target;
    this.#payloads = messages.map((message) => encoder.encode(JSON.stringify(message)));
    const envelopes = this.#payloads.flatMap((payload) => {
      const envelope = readEnvelope(payload);
      return envelope.kind === 'object' ? [{ envelope, id: readId(payload, envelope) }] : [];
    });
    this.#ids = envelopes.map(({ id }) => (isMessageId(id) ? id : undefined));
    this.hasOddIds = envelopes.some(({ envelope, id }) => envelope.idStart >= 0 && !isMessageId(id));
    this.hasTtls = envelopes.some(({ envelope }) => envelope.ttlStart >= 0);
    this.hasRelayFields = envelopes.some(({ envelope }) => envelope.relayFields.length > 0);
    this.framed = { bytes: Buffer.concat(this.#payloads.map(frame)), memory: undefined };
  }

  get messages(): number {
    return this.#payloads.length;
  }

  get bytes(): number {
    return this.framed.bytes.length;
  }

  get ids(): number {
    return this.#ids.filter((id) => id !== undefined).length;
  }

  payloads(): Iterable<Uint8Array> {
    return this.#payloads;
  }

  receipts(head: string, tail: string, skipped = 0): Uint8Array {
    const ids = this.#ids.slice(skipped);
    return Buffer.concat(ids.flatMap((id) => (id === undefined ? [] : [frame(encoder.encode(`${head}${id}${tail}`))])));
  }
}
