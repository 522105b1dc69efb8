/** What was asked of a relay and is not answered yet: its connection is kept for as long, or an answer that comes once is lost. */
export interface InFlight {
  /** The same function, whose calls are followed to their end. */
  follow<Given extends readonly unknown[]>(ask: (...given: Given) => Promise<void>): (...given: Given) => Promise<void>;
  /** Resolves when all that is asked now is answered, one way or the other. */
  answered(): Promise<void>;
}

export function createInFlight(): InFlight {
  const asked = new Set<Promise<void>>();
  return {
    follow:
      (ask) =>
      (...given) => {
        const answer = ask(...given).finally(() => asked.delete(answer));
        asked.add(answer);
        return answer;
      },
    async answered() {
      await Promise.allSettled(asked);
    },
  };
}
