import { RelayConnectionError } from '../../client/errors.ts';
import type { MessageFilter } from '../../client/message-filter.ts';
import type { ConnectionState, ReceivedMessage, RelayClient } from '../../client/types.ts';
import { formatDuration } from '../../protocol/units.ts';
import type { CommandContext } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { timerMsMax } from '../sending/awaited.ts';
import { createAcknowledger } from './acknowledger.ts';
import { createBacklog } from './backlog.ts';

/** Where the messages go. */
export interface MessageSink {
  /**
   * Takes a message, in the order of arrival; several may be under way. Resolves with whether it is done: only then it is
   * acknowledged. Rejects with what ends the command.
   */
  take(message: ReceivedMessage): Promise<boolean>;
  /** The command ends: what is under way is given up, and is not done. Resolves when nothing is left of it. */
  close(): Promise<void>;
}

export interface ReceiveOptions {
  /** End after so many messages. */
  readonly count?: number | undefined;
  /** End after so many milliseconds of listening. */
  readonly timeoutMs?: number | undefined;
  /** What does not fit is passed over, and is done. */
  readonly filter?: MessageFilter | undefined;
}

export type ListeningClient = Pick<
  RelayClient,
  'on' | 'ack' | 'ping' | 'pause' | 'resume' | 'close' | 'session' | 'state'
>;

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

function fits(filter: MessageFilter | undefined, { text, from, payload }: ReceivedMessage): boolean {
  if (filter === undefined) return true;
  const { sender, target } = payload;
  // Without the relay's word it is what the message calls its sender, as in the commander.
  const peer = from ?? (typeof sender === 'string' ? sender : undefined);
  return filter.matches({
    text,
    ...(peer === undefined ? {} : { from: peer }),
    ...(typeof target === 'string' ? { to: target } : {}),
  });
}

/**
 * Gives what arrives to the sink until there are enough, the time is over, or the command is interrupted. What waited in the
 * queue is acknowledged when the sink is done with it, so that nothing is lost that was not (PROTOCOL B `acks`).
 */
export async function receiveMessages(
  client: ListeningClient,
  sink: MessageSink,
  context: CommandContext,
  { count = Number.POSITIVE_INFINITY, timeoutMs, filter }: ReceiveOptions,
): Promise<ExitCode> {
  const end = Promise.withResolvers<ExitCode>();
  const acknowledger = createAcknowledger(client);
  const backlog = createBacklog(client, () => acknowledger.signOfLife());
  let accepted = 0;
  let isEnding = false;
  let timer: NodeJS.Timeout | undefined;

  async function accept(message: ReceivedMessage): Promise<void> {
    backlog.add(message);
    try {
      if (await sink.take(message)) acknowledger.finish(message);
    } catch (error) {
      end.reject(error);
    } finally {
      backlog.remove(message);
    }
  }

  /** Waits for what was accepted. */
  async function endWith(code: ExitCode): Promise<void> {
    if (isEnding) return;
    isEnding = true;
    await backlog.whenEmpty();
    // Without acknowledgements the relay keeps what it does not know to be read: the answer says that it does (PROTOCOL A4).
    if (client.session?.extensions.acks !== true) await client.ping().catch(() => undefined);
    end.resolve(code);
  }

  function handleBeyondCount(): void {
    context.output.say(`more than ${count} came: what waited in the queue is delivered again, to the next who listens`);
    if (client.session?.extensions.acks === true) return;
    // Closing here, before a ping behind the batch is read, leaves in the queue what was not taken.
    void client.close();
    end.resolve(exitCodes.done);
  }

  function handleMessage(message: ReceivedMessage): void {
    if (accepted === count) {
      if (accepted++ === count) handleBeyondCount();
      return;
    }
    if (isEnding || accepted > count || !acknowledger.arrive(message)) return;
    if (!fits(filter, message)) {
      acknowledger.finish(message);
      return;
    }
    accepted += 1;
    void accept(message);
    if (accepted === count) void endWith(exitCodes.done);
  }

  function handleTimeout(): void {
    if (count === Number.POSITIVE_INFINITY) {
      void endWith(exitCodes.done);
      return;
    }
    context.output.complain(`${accepted} of ${count} messages came within ${formatDuration(timeoutMs ?? 0)}`);
    void endWith(exitCodes.timeout);
  }

  const handleState = createStateTeller(context, () => {
    if (timeoutMs !== undefined) timer = setTimeout(handleTimeout, Math.min(timeoutMs, timerMsMax));
  });
  client.on('message', handleMessage);
  client.on('refused', (error) => context.output.complain(error.message));
  const follow = (state: ConnectionState) => {
    const error = handleState(state);
    if (error !== undefined) end.reject(error);
  };
  client.on('state', follow);
  // It may be connected already.
  if (client.state.phase === 'authenticated') follow(client.state);
  const interrupt = () => {
    isEnding = true;
    end.resolve(context.interruption.exitCode);
  };
  if (context.interruption.signal.aborted) interrupt();
  else context.interruption.signal.addEventListener('abort', interrupt);

  try {
    return await end.promise;
  } finally {
    isEnding = true;
    clearTimeout(timer);
    await sink.close();
    backlog.close();
    await backlog.whenEmpty();
    await acknowledger.settle();
    await client.close();
  }
}
