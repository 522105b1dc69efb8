import { RelayConnectionError } from '../../client/errors.ts';
import type { MessageFilter } from '../../client/message-filter.ts';
import type { ConnectionState, ReceivedMessage, RelayClient } from '../../client/types.ts';
import { formatDuration } from '../../protocol/units.ts';
import type { CommandContext } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { timerMsMax } from '../sending/awaited.ts';
import { type Acknowledger, createAcknowledger } from './acknowledger.ts';
import { type Backlog, createBacklog } from './backlog.ts';

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
export function receiveMessages(
  client: ListeningClient,
  sink: MessageSink,
  context: CommandContext,
  options: ReceiveOptions,
): Promise<ExitCode> {
  return new Reception(client, sink, context, options).run();
}

class Reception {
  readonly #client: ListeningClient;
  readonly #sink: MessageSink;
  readonly #context: CommandContext;
  readonly #options: ReceiveOptions;
  readonly #count: number;
  readonly #acknowledger: Acknowledger;
  readonly #backlog: Backlog;
  readonly #end = Promise.withResolvers<ExitCode>();
  #accepted = 0;
  #isEnding = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(client: ListeningClient, sink: MessageSink, context: CommandContext, options: ReceiveOptions) {
    this.#client = client;
    this.#sink = sink;
    this.#context = context;
    this.#options = options;
    this.#count = options.count ?? Number.POSITIVE_INFINITY;
    this.#acknowledger = createAcknowledger(client);
    this.#backlog = createBacklog(client, () => this.#acknowledger.signOfLife());
  }

  async run(): Promise<ExitCode> {
    this.#follow();
    try {
      return await this.#end.promise;
    } finally {
      this.#isEnding = true;
      clearTimeout(this.#timer);
      await this.#sink.close();
      this.#backlog.close();
      await this.#backlog.whenEmpty();
      await this.#acknowledger.settle();
      await this.#client.close();
    }
  }

  #follow(): void {
    const client = this.#client;
    const { output, interruption } = this.#context;
    client.on('message', (message) => this.#handleMessage(message));
    client.on('refused', (error) => output.complain(error.message));
    const tell = createStateTeller(this.#context, () => this.#startTimer());
    const follow = (state: ConnectionState) => {
      const error = tell(state);
      if (error !== undefined) this.#end.reject(error);
    };
    client.on('state', follow);
    // It may be connected already.
    if (client.state.phase === 'authenticated') follow(client.state);
    if (interruption.signal.aborted) this.#handleInterruption();
    else interruption.signal.addEventListener('abort', () => this.#handleInterruption());
  }

  #startTimer(): void {
    const { timeoutMs } = this.#options;
    if (timeoutMs === undefined) return;
    this.#timer = setTimeout(() => this.#handleTimeout(timeoutMs), Math.min(timeoutMs, timerMsMax));
  }

  #handleMessage(message: ReceivedMessage): void {
    if (this.#accepted === this.#count) {
      this.#accepted += 1;
      this.#handleBeyondCount();
      return;
    }
    if (this.#isEnding || this.#accepted > this.#count || !this.#acknowledger.arrive(message)) return;
    if (!fits(this.#options.filter, message)) {
      this.#acknowledger.finish(message);
      return;
    }
    this.#accepted += 1;
    void this.#accept(message);
    if (this.#accepted === this.#count) void this.#endWith(exitCodes.done);
  }

  async #accept(message: ReceivedMessage): Promise<void> {
    this.#backlog.add(message);
    try {
      if (await this.#sink.take(message)) this.#acknowledger.finish(message);
    } catch (error) {
      this.#end.reject(error);
    } finally {
      this.#backlog.remove(message);
    }
  }

  #handleBeyondCount(): void {
    const said = `more than ${this.#count} came: what waited in the queue is delivered again, to the next who listens`;
    this.#context.output.say(said);
    if (this.#hasAcks) return;
    // Closing here, before a ping behind the batch is read, leaves in the queue what was not taken.
    void this.#client.close();
    this.#end.resolve(exitCodes.done);
  }

  #handleTimeout(timeoutMs: number): void {
    if (this.#count === Number.POSITIVE_INFINITY) {
      void this.#endWith(exitCodes.done);
      return;
    }
    const came = `${this.#accepted} of ${this.#count} messages came`;
    this.#context.output.complain(`${came} within ${formatDuration(timeoutMs)}`);
    void this.#endWith(exitCodes.timeout);
  }

  #handleInterruption(): void {
    this.#isEnding = true;
    this.#end.resolve(this.#context.interruption.exitCode);
  }

  /** Waits for what was accepted. */
  async #endWith(code: ExitCode): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    await this.#backlog.whenEmpty();
    // Without acknowledgements the relay keeps what it does not know to be read: the answer says that it does (PROTOCOL A4).
    if (!this.#hasAcks) await this.#client.ping().catch(() => undefined);
    this.#end.resolve(code);
  }

  get #hasAcks(): boolean {
    return this.#client.session?.extensions.acks === true;
  }
}
