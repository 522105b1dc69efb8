/**
 * What the simulation knows of every message, apart from the relay, and what must be true of it: delivered in order, told
 * consistently, never lost once it was promised.
 */
interface Entry {
  readonly sender: string;
  readonly target: string;
  /** Position among the messages of this sender to this target. */
  readonly position: number;
  /** Times that a peer read it. */
  reads: number;
  told: string[];
  /** The relay restarted after it was sent: it may go untold, and a live one or one not yet promised may be gone. */
  outlivedItsRelay: boolean;
  /** Its sender's session ended after it was sent: it may go untold. */
  outlivedItsSender: boolean;
}

const finalStates = ['delivered', 'expired', 'cancelled', 'unconfirmed'];

export class Ledger {
  readonly #entries = new Map<string, Entry>();
  readonly #positions = new Map<string, number>();
  readonly #lastRead = new Map<string, number>();
  readonly outcomes = new Map<string, number>();

  /** Notes a message before it is sent; answers its id. */
  send(sender: string, target: string): string {
    const pair = `${sender}>${target}`;
    const position = this.#positions.get(pair) ?? 0;
    this.#positions.set(pair, position + 1);
    const id = `${pair}#${position}`;
    const fresh = { reads: 0, told: [], outlivedItsRelay: false, outlivedItsSender: false };
    this.#entries.set(id, { sender, target, position, ...fresh });
    return id;
  }

  /** A peer has read a message. */
  read(target: string, id: string, isFlagged: boolean): void {
    const entry = this.#entry(id);
    if (entry.target !== target) throw new Error(`${id} was read by ${target}`);
    entry.reads += 1;
    if (entry.reads > 1 && !isFlagged) throw new Error(`${id} came again without its flag`);
    if (entry.told.some((state) => state === 'expired' || state === 'cancelled')) {
      throw new Error(`${id} was read after it was told to be ${entry.told.join(', ')}`);
    }
    if (entry.reads > 1) return;
    const pair = `${entry.sender}>${target}`;
    const last = this.#lastRead.get(pair) ?? -1;
    if (entry.position < last) throw new Error(`${id} was first read after number ${last}`);
    this.#lastRead.set(pair, entry.position);
  }

  /** The relay told the sender something of a message. */
  tell(id: string, state: string): void {
    const entry = this.#entry(id);
    this.outcomes.set(state, (this.outcomes.get(state) ?? 0) + 1);
    const before = entry.told.at(-1);
    if (before !== undefined && before !== 'queued') throw new Error(`${id} was told ${before} and then ${state}`);
    if (before === 'queued' && !finalStates.includes(state)) throw new Error(`${id} was told queued and then ${state}`);
    if ((state === 'expired' || state === 'cancelled') && entry.reads > 0) {
      throw new Error(`${id} was told ${state} and was read`);
    }
    if (state === 'delivered' && entry.reads === 0) throw new Error(`${id} was told delivered and nobody has read it`);
    entry.told.push(state);
  }

  /** A session of a sender ended: what it sent may go untold. */
  endSender(sender: string): void {
    for (const entry of this.#entries.values()) if (entry.sender === sender) entry.outlivedItsSender = true;
  }

  endRelay(): void {
    for (const entry of this.#entries.values()) entry.outlivedItsRelay = true;
  }

  /** After everything has been delivered that can be: nothing promised is missing, and everybody was told. */
  checkEnd(): void {
    for (const [id, entry] of this.#entries) {
      const last = entry.told.at(-1);
      if (last === 'queued' && entry.reads === 0 && !entry.outlivedItsRelay && !entry.outlivedItsSender) {
        throw new Error(`${id} was queued, is not read, and no end of it was told`);
      }
      if (last === undefined && !entry.outlivedItsRelay && !entry.outlivedItsSender) {
        throw new Error(`${id} was sent and nothing was ever told of it`);
      }
    }
  }

  /** Messages that were told to be queued, neither read nor ended since, and whose sender is there to hear of an end. */
  promised(): string[] {
    const isPromised = ({ told, reads, outlivedItsSender }: Entry) =>
      told.at(-1) === 'queued' && reads === 0 && !outlivedItsSender;
    return [...this.#entries].filter(([, entry]) => isPromised(entry)).map(([id]) => id);
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new Error(`nobody sent ${id}`);
    return entry;
  }
}
