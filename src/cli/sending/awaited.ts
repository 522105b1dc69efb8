/** Timers take no longer time than this; it is 24 days. */
export const timerMsMax = 2_147_483_647;

export interface AwaitedMessage {
  readonly target: string;
  readonly id: string;
}

/** Messages on their way that await a word of the relay. */
export interface AwaitedMessages {
  add(message: AwaitedMessage): void;
  /** Its word has come. */
  settle(message: AwaitedMessage): void;
  /** The time for the next word begins now. */
  touch(): void;
  /** Resolves when fewer than so many are awaited. */
  whenBelow(count: number): Promise<void>;
  /** Resolves when no word came for the whole time although some were awaited. */
  readonly timedOut: Promise<void>;
  left(): readonly AwaitedMessage[];
  stop(): void;
}

export function createAwaited(patienceMs: number): AwaitedMessages {
  const messages = new Set<AwaitedMessage>();
  const timedOut = Promise.withResolvers<void>();
  let waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let timer: NodeJS.Timeout | undefined;

  function touch(): void {
    clearTimeout(timer);
    if (messages.size > 0) timer = setTimeout(timedOut.resolve, Math.min(patienceMs, timerMsMax));
  }

  return {
    add(message) {
      messages.add(message);
      touch();
    },
    settle(message) {
      if (!messages.delete(message)) return;
      touch();
      const relieved = waiting.filter(({ count }) => messages.size < count);
      if (relieved.length === 0) return;
      waiting = waiting.filter(({ count }) => messages.size >= count);
      for (const { resolve } of relieved) resolve();
    },
    touch,
    whenBelow(count) {
      if (messages.size < count) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ count, resolve }));
    },
    timedOut: timedOut.promise,
    left: () => [...messages],
    stop: () => clearTimeout(timer),
  };
}
