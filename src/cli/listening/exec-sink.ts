import type { ReceivedMessage, RelayClient } from '../../client/types.ts';
import { userLimitDefinitions } from '../../protocol/limits.ts';
import { formatDuration, formatSize } from '../../protocol/units.ts';
import type { Output } from '../output.ts';
import { onOneLine } from '../printable.ts';
import { composeAnswer, questionOf } from './compose-answer.ts';
import type { MessageSink } from './receive-messages.ts';
import type { ChildResult } from './run-child.ts';
import { createRunningCommands } from './running-commands.ts';
import { sendAnswer } from './send-answer.ts';
import { createSlots, type Slots } from './slots.ts';

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
export function createExecSink(options: ExecOptions, ports: ExecPorts): MessageSink {
  return new ExecSink(options, ports);
}

class ExecSink implements MessageSink {
  readonly #options: ExecOptions;
  readonly #ports: ExecPorts;
  readonly #slots: Slots;
  readonly #commands = createRunningCommands();
  readonly #over = new AbortController();
  /** Messages under way, and whether they will be done. */
  readonly #open = new Set<Promise<boolean>>();

  constructor(options: ExecOptions, ports: ExecPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#slots = createSlots(options.concurrency);
  }

  async take(message: ReceivedMessage): Promise<boolean> {
    if (!(await this.#ports.print.take(message))) return false;
    const handled = this.#handle(message);
    this.#open.add(handled);
    try {
      return await handled;
    } finally {
      this.#open.delete(handled);
    }
  }

  async close(): Promise<void> {
    this.#over.abort();
    this.#commands.stop();
    const ends = await Promise.allSettled(this.#open);
    this.#commands.close();
    await this.#ports.print.close();
    const undone = ends.filter((end) => end.status === 'fulfilled' && !end.value).length;
    if (undone === 0) return;
    this.#ports.output.say(`not done: ${undone}; what waited in the queue of the relay is delivered again`);
  }

  async #handle(message: ReceivedMessage): Promise<boolean> {
    const isOver = this.#over.signal;
    await this.#slots.enter();
    try {
      if (isOver.aborted) return false;
      const result = await this.#run(message);
      // What ended because this command ends is not done.
      return !(isOver.aborted && result.exit !== 0) && (await this.#finish(message, result));
    } finally {
      this.#slots.leave();
    }
  }

  #run({ text }: ReceivedMessage): Promise<ChildResult> {
    const { command, killAfterMs } = this.#options;
    return this.#commands.run({ command, input: onOneLine(text), killAfterMs, outputBytesMax: this.#messageBytesMax });
  }

  async #finish(message: ReceivedMessage, result: ChildResult): Promise<boolean> {
    const { client, output } = this.#ports;
    const { killAfterMs } = this.#options;
    const problem = describe(result, killAfterMs);
    if (problem !== undefined) output.complain(`the command for ${nameOf(message)} ${problem}`);
    const question = questionOf(message);
    if (question === undefined) return true;
    const limits = { bytesMax: Math.max(0, this.#messageBytesMax - fieldsBytesMax), killAfterMs };
    const answer = composeAnswer(question.id, result, limits);
    if (answer.isCut) {
      const size = formatSize(limits.bytesMax);
      output.complain(`the output of the command for ${nameOf(message)} is longer than ${size} as JSON: it was cut`);
    }
    return await sendAnswer({ client, output, isOver: this.#over.signal }, question.asker, answer.json);
  }

  get #messageBytesMax(): number {
    return this.#ports.client.session?.limits?.message_bytes ?? userLimitDefinitions.message_bytes.default;
  }
}
