import type { Room } from '../rooms/room.ts';

/** Messages and the bytes of their payloads. */
export interface Amount {
  readonly messages: number;
  readonly payloadBytes: number;
}

/** What is counted of one queue, and its part in what its room counts. Each message counts from its insert on until it has left the store. */
export class QueueCount {
  readonly #room: Room;
  /** All that counts towards the capacity: waiting, under way into the store, and handed but unconfirmed. */
  #messages = 0;
  #payloadBytes = 0;
  /** Not handed to the current session, inserts under way included. */
  #waiting: number;
  /** Inserts under way: counted above, and not yet promised to anybody. */
  #inserting = 0;

  constructor(room: Room, stored: Amount) {
    this.#room = room;
    this.#waiting = stored.messages;
    this.#add(stored.messages, stored.payloadBytes);
  }

  get messages(): number {
    return this.#messages;
  }

  /** What is committed. */
  get storedMessages(): number {
    return this.#messages - this.#inserting;
  }

  get payloadBytes(): number {
    return this.#payloadBytes;
  }

  get waiting(): number {
    return this.#waiting;
  }

  beginInsert(payloadBytes: number): void {
    this.#add(1, payloadBytes);
    this.#waiting += 1;
    this.#inserting += 1;
  }

  endInsert(): void {
    this.#inserting -= 1;
  }

  failInsert(payloadBytes: number): void {
    this.#inserting -= 1;
    this.endWaiting(payloadBytes);
  }

  /** So many are with the session now, and count on until they have left the store. */
  handOver(messages: number): void {
    this.#waiting -= messages;
  }

  /** So many that were handed over wait again. */
  takeBack(messages: number): void {
    this.#waiting += messages;
  }

  /** What was handed over has left the store. */
  remove({ messages, payloadBytes }: Amount): void {
    this.#add(-messages, -payloadBytes);
  }

  /** One that waited is there no more. */
  endWaiting(payloadBytes: number): void {
    this.#add(-1, -payloadBytes);
    this.#waiting -= 1;
  }

  #add(messages: number, payloadBytes: number): void {
    this.#messages += messages;
    this.#payloadBytes += payloadBytes;
    this.#room.queuedMessages += messages;
    this.#room.queuedBytes += payloadBytes;
  }
}
