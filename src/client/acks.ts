/** Tells that everything up to `seq` is done; resolves when that has left this process. */
type Acknowledge = (seq: number) => Promise<void>;

/**
 * Acknowledgements are cumulative (PROTOCOL B `acks`): while one is on its way only the highest of those that come meanwhile
 * is sent after it, so that they do not use up the message rate.
 */
export function createAcks(send: Acknowledge): Acknowledge {
  let leaving: Promise<void> | undefined;
  let next: { seq: number; readonly sent: Promise<void> } | undefined;

  function start(seq: number): Promise<void> {
    const sent = send(seq).finally(() => {
      leaving = undefined;
    });
    leaving = sent;
    return sent;
  }

  return (seq) => {
    if (next !== undefined) {
      next.seq = Math.max(next.seq, seq);
      return next.sent;
    }
    if (leaving === undefined) return start(seq);
    const following = { seq, sent: leaving.then(startNext, startNext) };
    function startNext(): Promise<void> {
      next = undefined;
      return start(following.seq);
    }
    next = following;
    return following.sent;
  };
}
