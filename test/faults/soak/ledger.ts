/**
 * What a soak knows of every message, apart from the relay: who sent it, what was told of it, and when it came. The numbers of a
 * sender rise, so that a pair of sender and target shows its order.
 */
interface Entry {
  readonly target: string;
  /** What its sender was told, in order. */
  readonly told: string[];
  live: number;
  flagged: number;
}

/** What ends a message that was accepted (PROTOCOL B `receipts`). */
const finalStates: ReadonlySet<string> = new Set(['delivered', 'expired', 'cancelled', 'unconfirmed']);

/** What is wrong with what was told of one message; undefined when nothing is. */
function judgeTold(told: readonly string[]): string | undefined {
  if (told.length > 2) return 'was told more than twice';
  const [first, second] = told;
  if (second !== undefined && first !== 'queued') return `was told ${first} and then ${second}`;
  if (second !== undefined && !finalStates.has(second)) return `was told queued and then ${second}`;
  return undefined;
}

/** What is wrong with how one message came; undefined when nothing is. */
function judgeArrivals({ told, live, flagged }: Entry): string | undefined {
  const last = told.at(-1);
  if (live > 1) return `came ${live} times without its flag`;
  if (live > 0 && flagged > 0) return 'came live and from the queue';
  const came = live + flagged > 0;
  const isRefused = last !== undefined && last !== 'queued' && !finalStates.has(last);
  if (came && (isRefused || last === 'expired' || last === 'cancelled')) return `was told ${last} and came`;
  if (!came && (last === 'delivered' || last === 'queued')) return `was told ${last} and never came`;
  return undefined;
}

export class SoakLedger {
  readonly #entries = new Map<string, Entry>();
  /** Of each pair the highest number that came, and on which session of the target. */
  readonly #last = new Map<string, { readonly number: number; readonly session: number }>();
  readonly #complaints: string[] = [];
  readonly #counts = new Map<string, number>();

  #count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  #entry(id: string): Entry | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) this.#complaints.push(`${id} was never sent`);
    return entry;
  }

  /** Before the message goes out. Ids are `SENDER-NUMBER`. */
  noteSent(sender: string, number: number, target: string): string {
    const id = `${sender}-${number}`;
    this.#entries.set(id, { target, told: [], live: 0, flagged: 0 });
    this.#count('sent');
    return id;
  }

  /** The state of a receipt, or the code of an error with this id. */
  noteTold(id: string, state: string): void {
    this.#entry(id)?.told.push(state);
    this.#count(state);
  }

  /**
   * Sessions of a target are numbered as they began. What was sent to one that is being taken over may be read behind the first
   * messages of its successor: nothing orders what comes on two connections.
   */
  noteArrival(target: string, id: string, isFlagged: boolean, session: number): void {
    const entry = this.#entry(id);
    if (entry === undefined) return;
    if (entry.target !== target) this.#complaints.push(`${id} for ${entry.target} came to ${target}`);
    const isFirst = entry.live + entry.flagged === 0;
    if (isFlagged) entry.flagged += 1;
    else entry.live += 1;
    this.#count(isFirst ? 'arrived' : 'arrived again');
    if (!isFirst) return;
    const separator = id.lastIndexOf('-');
    const pair = `${id.slice(0, separator)} to ${target}`;
    const number = Number(id.slice(separator + 1));
    const last = this.#last.get(pair);
    if (last !== undefined && number < last.number) {
      if (session < last.session) this.#count('read late');
      else
        this.#complaints.push(
          `${id} came to ${target} after number ${last.number}, in sessions ${session} and ${last.session}`,
        );
      return;
    }
    this.#last.set(pair, { number, session });
  }

  /** How often each thing happened. */
  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort());
  }

  /** What is wrong, once everything that waited has been handed over. */
  complaints(): readonly string[] {
    const found = [...this.#complaints];
    for (const [id, entry] of this.#entries) {
      for (const problem of [judgeTold(entry.told), judgeArrivals(entry)]) {
        if (problem !== undefined) found.push(`${id} ${problem} (told ${entry.told.join(', ') || 'nothing'})`);
      }
    }
    return found;
  }
}
