/**
 * How one peer is talked to, as bytes: what a client sends until it may send and receive, what one message looks like, and
 * how deliveries are told from everything else. A wire does no I/O.
 */
export interface Wire {
  /** What a new connection says, in order, until the server has let it in under this client id. */
  opening(clientId: string): readonly OpeningStep[];
  /** The bytes that send this payload to this client, as they leave the sender. */
  encodeMessage(to: string, payload: Buffer): Buffer;
  /** A reader for what follows the opening; `answer` sends what the server must hear to keep the connection. */
  createReader(expected: Delivery, answer: (bytes: Buffer) => void): DeliveryReader;
}

export interface OpeningStep {
  readonly send?: Buffer;
  /**
   * How many of these bytes are the server's complete answer; undefined while it is not complete. Throws when the server
   * refused.
   */
  answerBytes(received: Buffer): number | undefined;
}

/** The one kind of message that a receiver of the bench gets; anything else is an error of the run. */
interface Delivery {
  readonly to: string;
  readonly payloadBytes: number;
}

export interface DeliveryReader {
  /**
   * How many deliveries the bytes from `start` to `end` complete. Throws on anything that is neither a delivery nor a sign of
   * life. The memory of the chunk is used again afterwards.
   */
  read(chunk: Buffer, start: number, end: number): number;
}

/** The beginning of what came instead of what was expected, for an error. */
export function excerpt(bytes: Buffer): string {
  return JSON.stringify(bytes.toString('latin1', 0, 200));
}
