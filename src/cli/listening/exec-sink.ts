import { RelayConnectionError, RelaySendError } from '../../client/errors.ts';
import type { ReceivedMessage, RelayClient } from '../../client/types.ts';
import { userLimitDefinitions } from '../../protocol/limits.ts';
import { formatDuration, formatSize } from '../../protocol/units.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { onOneLine } from '../printable.ts';
import { composeAnswer, type Question, questionOf } from './compose-answer.ts';
import type { MessageSink } from './receive-messages.ts';
import { type Child, type ChildResult, runChild } from './run-child.ts';
import { createSlots } from './slots.ts';

export interface ExecOptions {
  /** As a shell reads it. */
  readonly command: string;
  readonly concurrency: number;
  readonly killAfterMs: number;
}

interface ExecPorts {
  readonly client: Pick<RelayClient, 'sendText' | 'ready' | 'session'>;
  readonly output: Pick<Output, 'say' | 'complain'>;
  /** Where messages go before a command runs for them. */
  readonly print: MessageSink;
}

/** The fields that the relay and the client add to an answer have room in this. */
const fieldsBytesMax = 1024;

function nameOf({ id, seq, from }: ReceivedMessage): string {
  const name = id === undefined ? (seq === undefined ? 'a message' : `message ${seq} of the queue`) : `message ${id}`;
  return from === undefined ? name : `${name} from ${from}`;
}

/** What is worth a word about a command that ended; undefined for one that did what it should. */
function describe({ exit, isKilled, durationMs }: ChildResult, killAfterMs: number): string | undefined {
  if (isKilled) return `was ended after ${formatDuration(killAfterMs)} (--kill-after)`;
  return exit === 0 ? undefined : `failed with exit code ${exit} after ${formatDuration(durationMs)}`;
}

/**
 * Runs one command for each message and answers with its output (UX `listen --exec`). A message is done when its command has
 * ended and its answer has left.
 */
export function createExecSink(options: ExecOptions, { client, output, print }: ExecPorts): MessageSink {
  const { command, killAfterMs } = options;
  const slots = createSlots(options.concurrency);
  const running = new Set<Child>();
  const closed = Promise.withResolvers<void>();
  let isClosed = false;
  /** Messages under way. */
  const open = new Set<Promise<boolean>>();
  /** The last resort, for a second Ctrl+C. */
  const killAll = () => {
    for (const child of running) child.kill();
  };
  process.on('exit', killAll);

  const messageBytesMax = () => client.session?.limits?.message_bytes ?? userLimitDefinitions.message_bytes.default;

  async function run(message: ReceivedMessage): Promise<ChildResult> {
    const child = runChild({ command, input: onOneLine(message.text), killAfterMs, outputBytesMax: messageBytesMax() });
    running.add(child);
    try {
      return await child.result;
    } catch (error) {
      // Not the command failed but this machine: the message is not done, and nor will the next one be.
      throw new CommandError(
        exitCodes.failed,
        `no command can be started: ${error instanceof Error ? error.message : error}`,
      );
    } finally {
      running.delete(child);
    }
  }

  /** Sends it, when the connection is lost then on the next one; answers whether it has left. */
  async function send({ asker }: Question, json: string): Promise<boolean> {
    for (;;) {
      try {
        await client.sendText(asker, json);
        return true;
      } catch (error) {
        if (!(error instanceof RelaySendError)) throw error;
        if (error.code !== 'not_connected' && error.code !== 'connection_lost') {
          output.complain(`the answer to ${asker} was not sent: ${error.message}`);
          return true;
        }
      }
      try {
        await Promise.race([client.ready(), closed.promise]);
      } catch (error) {
        if (!(error instanceof RelayConnectionError)) throw error;
        return false;
      }
      if (isClosed) return false;
    }
  }

  async function finish(message: ReceivedMessage, result: ChildResult): Promise<boolean> {
    const problem = describe(result, killAfterMs);
    if (problem !== undefined) output.complain(`the command for ${nameOf(message)} ${problem}`);
    const question = questionOf(message);
    if (question === undefined) return true;
    const limits = { bytesMax: Math.max(0, messageBytesMax() - fieldsBytesMax), killAfterMs };
    const answer = composeAnswer(question.id, result, limits);
    if (answer.isCut) {
      const size = formatSize(limits.bytesMax);
      output.complain(`the output of the command for ${nameOf(message)} is longer than ${size} as JSON: it was cut`);
    }
    return await send(question, answer.json);
  }

  /** Answers whether the message is done. */
  async function handle(message: ReceivedMessage): Promise<boolean> {
    await slots.enter();
    try {
      if (isClosed) return false;
      const result = await run(message);
      // What ended because this command ends is not done.
      return !(isClosed && result.exit !== 0) && (await finish(message, result));
    } finally {
      slots.leave();
    }
  }

  return {
    async take(message) {
      if (!(await print.take(message))) return false;
      const handled = handle(message);
      open.add(handled);
      try {
        return await handled;
      } finally {
        open.delete(handled);
      }
    },
    async close() {
      isClosed = true;
      closed.resolve();
      for (const child of running) child.stop();
      const ends = await Promise.allSettled(open);
      process.off('exit', killAll);
      await print.close();
      const undone = ends.filter((end) => end.status === 'fulfilled' && !end.value).length;
      if (undone > 0) output.say(`not done: ${undone}; what waited in the queue of the relay is delivered again`);
    },
  };
}
