/** Listeners by the name of their event: the one emitter, at the public edge of the client library. */
export interface Events<Map> {
  /** Calls the listener on each event; returns how to stop. */
  on<Name extends keyof Map>(name: Name, listener: (event: Map[Name]) => void): () => void;
  emit<Name extends keyof Map>(name: Name, event: Map[Name]): void;
}

type Listeners<Map> = { [Name in keyof Map]: Set<(event: Map[Name]) => void> };

/**
 * Every listener sees the events in the order they happened, also when one of them causes the next: an event that is
 * emitted while another is being told waits for its turn. A listener that throws harms neither the others nor the
 * connection: its error is thrown again outside, where Node reports it as an uncaught exception.
 */
export function createEvents<Map>(listeners: Listeners<Map>): Events<Map> {
  const turns: (() => void)[] = [];
  let telling = false;

  function tell<Name extends keyof Map>(name: Name, event: Map[Name]): void {
    for (const listener of [...listeners[name]]) {
      try {
        listener(event);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  return {
    on(name, listener) {
      listeners[name].add(listener);
      return () => listeners[name].delete(listener);
    },
    emit(name, event) {
      turns.push(() => tell(name, event));
      if (telling) return;
      telling = true;
      for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) turn();
      telling = false;
    },
  };
}
