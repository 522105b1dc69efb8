import { type ExitCode, exitCodes } from './exit-codes.ts';
import type { Output } from './output.ts';

/** What became of the messages for one target. */
export interface SendResult {
  readonly target: string;
  readonly status: 'sent' | 'error';
  /** A code of PROTOCOL D, or `unknown_target`, `timeout` or `connection_lost`. */
  readonly code?: string;
  /** Why, in a sentence. */
  readonly message?: string;
  /** How many left this process, and how many of them the relay refused. */
  readonly messages: number;
  readonly refused: number;
  readonly durationMs: number;
  /** What the target's presence was before, where it could be asked. */
  readonly state: 'online' | 'offline' | undefined;
}

export function exitCodeOfResult(result: SendResult): ExitCode {
  if (result.status === 'sent') return exitCodes.done;
  if (result.code === 'timeout') return exitCodes.timeout;
  return result.code === 'connection_lost' ? exitCodes.unreachable : exitCodes.notDelivered;
}

/** With several targets the worst one's. */
export function worstExitCode(results: readonly SendResult[]): ExitCode {
  return results.map(exitCodeOfResult).sort((one, other) => other - one)[0] ?? exitCodes.done;
}

function outcomeOf(result: SendResult): string {
  const several = result.messages > 1;
  if (result.status === 'error') {
    const count = several && result.refused > 0 ? `${result.refused} of ${result.messages} messages: ` : '';
    return `not sent: ${count}${result.message ?? result.code}`;
  }
  const what = several ? `${result.messages} messages sent` : 'sent';
  return result.state === 'offline' ? `${what}; offline, so the relay keeps it until it is back` : what;
}

function recordOf(result: SendResult): object {
  const { target, status, code, message, messages, refused, durationMs } = result;
  return {
    target,
    status,
    ...(code === undefined ? {} : { code, message }),
    ms: durationMs,
    ...(messages > 1 ? { messages, refused } : {}),
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
    const sentence = `${only.target}: ${outcomeOf(only)}`;
    if (only.status === 'error') output.complain(sentence);
    else output.say(sentence);
  } else if (!quiet) {
    const rows = results.map((result) => [result.target, result.state ?? 'unknown', outcomeOf(result)]);
    await output.table([['TARGET', 'PRESENCE', 'OUTCOME'], ...rows]);
  }
}
