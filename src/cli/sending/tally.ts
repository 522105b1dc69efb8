import type { Fate } from './fate.ts';
import type { SendResult } from './send-results.ts';

/** What became of one message, as far as the command waits for it. */
export type Word =
  | { readonly status: 'sent' | 'queued' | 'delivered' }
  | { readonly status: 'error'; readonly code: string; readonly message: string; readonly fate?: Fate };

type Failure = Extract<Word, { readonly status: 'error' }>;

interface Count {
  messages: number;
  delivered: number;
  queued: number;
  failed: number;
  failure: Failure | undefined;
  lastWordAtMs: number;
}

/** Counts what became of many messages, for each target. */
export interface Tally {
  note(target: string, word: Word, messages?: number): void;
  /** In the order of the targets; one that nothing was sent to is left out. */
  results(): readonly SendResult[];
}

/** The failure to show: the first, unless a later one is worse because its message may still run. */
function worse(before: Failure | undefined, now: Failure): Failure {
  if (before === undefined) return now;
  return before.fate !== 'may still run' && now.fate === 'may still run' ? now : before;
}

/** `now` is a clock that nobody sets, in milliseconds. */
export function createTally(targets: readonly string[], now: () => number = () => performance.now()): Tally {
  const startedAtMs = now();
  const counts = new Map<string, Count>();

  function countOf(target: string): Count {
    const found = counts.get(target);
    if (found !== undefined) return found;
    const made = { messages: 0, delivered: 0, queued: 0, failed: 0, failure: undefined, lastWordAtMs: startedAtMs };
    counts.set(target, made);
    return made;
  }

  function resultOf(target: string, count: Count): SendResult {
    const { messages, delivered, queued, failed, failure } = count;
    const common = { target, messages, delivered, queued, failed };
    const durationMs = Math.round(count.lastWordAtMs - startedAtMs);
    if (failure !== undefined) return { ...common, ...failure, durationMs };
    const status = queued > 0 ? 'queued' : delivered === messages ? 'delivered' : 'sent';
    return { ...common, status, durationMs };
  }

  return {
    note(target, word, messages = 1) {
      const count = countOf(target);
      count.messages += messages;
      count.lastWordAtMs = now();
      if (word.status === 'delivered') count.delivered += messages;
      else if (word.status === 'queued') count.queued += messages;
      else if (word.status === 'error') {
        count.failed += messages;
        count.failure = worse(count.failure, word);
      }
    },
    results: () =>
      targets.flatMap((target) => {
        const count = counts.get(target);
        return count === undefined ? [] : [resultOf(target, count)];
      }),
  };
}
