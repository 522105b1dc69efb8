import { RelayConnectionError } from '../client/errors.ts';
import type { ConnectionState, ReceivedMessage, RelayClient } from '../client/types.ts';
import { formatDuration } from '../protocol/units.ts';
import type { CommandContext } from './command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { onOneLine } from './printable.ts';

/** So many messages may wait for a slow reader of standard output before the relay is no longer read. */
const pendingMax = 64;

export interface PrintOptions {
  /** End after so many messages. */
  readonly count: number | undefined;
  /** End after so many milliseconds of listening. */
  readonly timeoutMs: number | undefined;
}

type ListeningClient = Pick<RelayClient, 'on' | 'ping' | 'pause' | 'resume' | 'close'>;

/** Prints lines one after the other, and stops reading the relay while the reader of standard output is behind. */
function createPrinter(client: ListeningClient, print: (text: string) => Promise<void>) {
  let pending = 0;
  let printed = Promise.resolve();
  return {
    add(text: string): void {
      pending += 1;
      if (pending === pendingMax) client.pause();
      printed = printed
        .then(() => print(onOneLine(text)))
        .then(() => {
          pending -= 1;
          if (pending === 0) client.resume();
        });
    },
    /** Resolves when all of it is with the reader. */
    flush: () => printed,
  };
}

/** Says how the connection fares; returns the error that ends the command. */
function createStateTeller(context: CommandContext, onFirst: () => void) {
  let wasListening = false;
  return (state: ConnectionState): RelayConnectionError | undefined => {
    switch (state.phase) {
      case 'authenticated':
        context.output.say(wasListening ? `listening again as ${state.clientId}` : `listening as ${state.clientId}`);
        if (!wasListening) onFirst();
        wasListening = true;
        return undefined;
      case 'waiting':
        // A relay that was never reached is a mistake in the address more often than a network that is away.
        if (!wasListening) return new RelayConnectionError(state.ending);
        context.output.say(`${state.ending.reason}; trying again`);
        return undefined;
      case 'closed':
        return new RelayConnectionError(state.ending);
      case 'connecting':
        return undefined;
      default:
        return state satisfies never;
    }
  };
}

/** Prints what arrives, a line each, until there are enough, the time is over, or the command is interrupted. */
export async function printMessages(
  client: ListeningClient,
  context: CommandContext,
  { count = Number.POSITIVE_INFINITY, timeoutMs }: PrintOptions,
): Promise<ExitCode> {
  const end = Promise.withResolvers<ExitCode>();
  const printer = createPrinter(client, (text) => context.output.line(text));
  let accepted = 0;
  let timer: NodeJS.Timeout | undefined;

  /**
   * A ping behind the last message: until its answer has come, the relay has seen that the messages were read and keeps none
   * of them in the queue (PROTOCOL A4).
   */
  async function endAfterProof(): Promise<void> {
    await printer.flush();
    await client.ping().catch(() => undefined);
    end.resolve(exitCodes.done);
  }

  function handleMessage(message: ReceivedMessage): void {
    if (accepted === count) {
      // Closing here, before the ping behind the batch is read, leaves what was not printed in the queue.
      context.output.say(
        `more than ${count} came: what waited in the queue is delivered again, to the next who listens`,
      );
      void client.close();
      end.resolve(exitCodes.done);
      return;
    }
    accepted += 1;
    printer.add(message.text);
    if (accepted === count) void endAfterProof();
  }

  function handleTimeout(): void {
    if (count === Number.POSITIVE_INFINITY) {
      end.resolve(exitCodes.done);
      return;
    }
    context.output.complain(`${accepted} of ${count} messages came within ${formatDuration(timeoutMs ?? 0)}`);
    end.resolve(exitCodes.timeout);
  }

  const handleState = createStateTeller(context, () => {
    if (timeoutMs !== undefined) timer = setTimeout(handleTimeout, timeoutMs);
  });
  client.on('message', handleMessage);
  client.on('refused', (error) => context.output.complain(error.message));
  client.on('state', (state) => {
    const error = handleState(state);
    if (error !== undefined) end.reject(error);
  });
  context.interruption.signal.addEventListener('abort', () => end.resolve(context.interruption.exitCode));

  try {
    return await end.promise;
  } finally {
    clearTimeout(timer);
    await printer.flush();
    await client.close();
  }
}
