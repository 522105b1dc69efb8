import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import type { Fate } from './fate.ts';

/** What became of the messages for one target. */
export interface SendResult {
  readonly target: string;
  /** The worst of them: `sent` where the relay does not tell more. */
  readonly status: 'sent' | 'queued' | 'delivered' | 'error';
  /** A code of PROTOCOL D, or `unknown_target`, `timeout`, `interrupted`, `connection_lost`, or one of this side's own. */
  readonly code?: string;
  /** Why, in a sentence. */
  readonly message?: string;
  /** Set where it was given up: what it can still do. */
  readonly fate?: Fate;
  /** How many were sent or tried, and how many of each came to which end. */
  readonly messages: number;
  readonly delivered: number;
  readonly queued: number;
  readonly failed: number;
  readonly durationMs: number;
}

const timeoutCodes: ReadonlySet<string> = new Set(['timeout', 'expired']);

function exitCodeOfResult(result: SendResult): ExitCode {
  if (result.status !== 'error') return exitCodes.done;
  if (result.code !== undefined && timeoutCodes.has(result.code)) return exitCodes.timeout;
  return result.code === 'connection_lost' ? exitCodes.unreachable : exitCodes.notDelivered;
}

/** With several targets the worst one's (UX). */
export function worstExitCode(results: readonly SendResult[]): ExitCode {
  return results.map(exitCodeOfResult).sort((one, other) => other - one)[0] ?? exitCodes.done;
}

const statusInWords = {
  delivered: 'delivered',
  queued: 'queued: it gets it when it is there and reads',
  sent: 'sent; whether it arrives is not known',
} as const;

function outcomeOf(result: SendResult): string {
  const { status, messages, delivered, queued, failed } = result;
  if (status !== 'error') {
    if (messages === 1) return statusInWords[status];
    const sent = messages - delivered - queued;
    const parts = [
      ...(delivered > 0 ? [`${delivered} delivered`] : []),
      ...(queued > 0 ? [`${queued} queued`] : []),
      ...(sent > 0 ? [`${sent} sent`] : []),
    ];
    return `${messages} messages: ${parts.join(', ')}`;
  }
  const count = messages > 1 ? `${failed} of ${messages} messages: ` : '';
  return `${count}${result.message ?? result.code}`;
}

function recordOf(result: SendResult): object {
  const { target, status, code, message, fate, messages, delivered, queued, failed, durationMs } = result;
  return {
    target,
    status,
    ...(code === undefined ? {} : { code, message }),
    ...(fate === undefined ? {} : { fate }),
    ms: durationMs,
    ...(messages > 1 ? { messages, delivered, queued, failed } : {}),
  };
}

/** One line a target with `--json`; otherwise a sentence, or a table where there are several. */
export async function reportResults(results: readonly SendResult[], output: Output, quiet: boolean): Promise<void> {
  if (output.json) {
    for (const result of results) await output.record(recordOf(result));
    return;
  }
  const [only, ...others] = results;
  if (only === undefined) return;
  if (others.length === 0) {
    const outcome = outcomeOf(only);
    // What the relay says may begin with the name itself.
    const sentence = outcome.startsWith(`${only.target} `) ? outcome : `${only.target}: ${outcome}`;
    if (only.status === 'error') output.complain(sentence);
    else output.say(sentence);
  } else if (!quiet) {
    const rows = results.map((result) => [result.target, result.status, outcomeOf(result), `${result.durationMs} ms`]);
    await output.table([['TARGET', 'STATUS', 'OUTCOME', 'TOOK'], ...rows]);
  }
}
