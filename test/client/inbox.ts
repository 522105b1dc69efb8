/** Things that come one after another, and a way to wait for the next one instead of for time. */
export interface Inbox<Item> {
  put(item: Item): void;
  /** The oldest that was not taken yet, now or when it comes. */
  next(): Promise<Item>;
  /** How many were not taken yet. */
  readonly size: number;
}

export function createInbox<Item>(): Inbox<Item> {
  const items: Item[] = [];
  const waiting: ((item: Item) => void)[] = [];
  return {
    put(item) {
      const taker = waiting.shift();
      if (taker === undefined) items.push(item);
      else taker(item);
    },
    next() {
      const item = items.shift();
      if (item !== undefined) return Promise.resolve(item);
      return new Promise((resolve) => waiting.push(resolve));
    },
    get size() {
      return items.length;
    },
  };
}
