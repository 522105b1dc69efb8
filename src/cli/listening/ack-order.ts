/**
 * Which messages of the queue are done. An acknowledgement is cumulative (PROTOCOL B `acks`), so it goes up to the lowest
 * that is not; and a message that comes again after a lost connection, because its acknowledgement was lost, is known again.
 */
export interface AckOrder {
  /**
   * A message with this number has come. `unfinished`: the same one came before and is being worked on; `done`: it is finished,
   * and only has to be acknowledged again.
   */
  arrive(seq: number, text: string): 'new' | 'unfinished' | 'done';
  finish(seq: number): void;
  /** Everything up to this is done; undefined when there is nothing to acknowledge. */
  through(): number | undefined;
  /** The relay has the acknowledgement: none of these comes again. */
  forget(throughSeq: number): void;
}

/** What the relay says about the waiting differs from one delivery to the next. */
function withoutAge(text: string): string {
  return text.replace(/"_age_ms":\d+(?=,"_offline_queued":true\}\s*$)/, '"_age_ms":0');
}

export function createAckOrder(): AckOrder {
  // With their texts: a store that was restored from a copy may give a number to another message.
  const unfinished = new Map<number, string>();
  const done = new Map<number, string>();
  return {
    arrive(seq, text) {
      const identity = withoutAge(text);
      if (unfinished.get(seq) === identity) return 'unfinished';
      if (done.get(seq) === identity) return 'done';
      done.delete(seq);
      unfinished.set(seq, identity);
      return 'new';
    },
    finish(seq) {
      const identity = unfinished.get(seq);
      unfinished.delete(seq);
      if (identity !== undefined) done.set(seq, identity);
    },
    through() {
      const lowest = Math.min(...unfinished.keys());
      const acknowledgeable = [...done.keys()].filter((seq) => seq < lowest);
      return acknowledgeable.length === 0 ? undefined : Math.max(...acknowledgeable);
    },
    forget(throughSeq) {
      for (const seq of done.keys()) if (seq <= throughSeq) done.delete(seq);
    },
  };
}
