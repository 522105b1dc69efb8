import { describe, expect, it, vi } from 'vitest';
import type { CommandContext } from '../../../src/cli/command.ts';
import { exitCodes } from '../../../src/cli/exit-codes.ts';
import { createPrintSink } from '../../../src/cli/listening/print-sink.ts';
import { type MessageSink, type ReceiveOptions, receiveMessages } from '../../../src/cli/listening/receive-messages.ts';
import { parseMessageFilter } from '../../../src/client/message-filter.ts';
import type { ConnectionState, Ending, RelayClientEvents, Session } from '../../../src/client/types.ts';
import { noExtensions } from '../../../src/protocol/extensions.ts';

/** A client that does what the test says, and a reader of standard output that may be slow. */
function createScene({ acks = false } = {}) {
  const listeners: { readonly name: string; readonly listener: (event: never) => void }[] = [];
  const log: string[] = [];
  const lines: string[] = [];
  const talk: string[] = [];
  const interrupted = new AbortController();
  let reader: () => Promise<void> = () => Promise.resolve();
  let answerPing: () => Promise<number> = () => Promise.resolve(1);
  const session: Session = { clientId: 'console', extensions: { ...noExtensions, acks }, limits: undefined };
  const connecting: ConnectionState = { phase: 'connecting', attempt: 1 };
  const client = {
    session,
    state: connecting,
    on<Name extends keyof RelayClientEvents>(name: Name, listener: (event: RelayClientEvents[Name]) => void) {
      listeners.push({ name, listener });
      return () => undefined;
    },
    ack: async (seq: number) => void log.push(`ack ${seq}`),
    async ping() {
      log.push('ping');
      return await answerPing();
    },
    pause: () => void log.push('pause'),
    resume: () => void log.push('resume'),
    close: async () => void log.push('close'),
  };
  const output = {
    json: true,
    isTerminal: false,
    async line(text: string) {
      await reader();
      lines.push(text);
    },
    flush: () => Promise.resolve(true),
    record: () => Promise.resolve(),
    table: () => Promise.resolve(),
    say: (text: string) => void talk.push(text),
    complain: (text: string) => void talk.push(text),
    progress: () => undefined,
  };
  const interruption = { signal: interrupted.signal, exitCode: exitCodes.terminated };
  // Nothing else of the context is looked at.
  const context = { output, interruption } as Partial<CommandContext> as CommandContext;
  function emit<Name extends keyof RelayClientEvents>(name: Name, event: RelayClientEvents[Name]): void {
    // What was registered under a name takes the event of that name.
    for (const entry of listeners) if (entry.name === name) entry.listener(event as never);
  }
  return {
    log,
    lines,
    talk,
    start: (options: ReceiveOptions = {}, sink: MessageSink = createPrintSink(output)) =>
      receiveMessages(client, sink, context, options),
    state: (state: ConnectionState) => emit('state', state),
    message(text: string, seq?: number) {
      const payload = JSON.parse(text);
      const message = { text, payload, offlineQueued: seq !== undefined, receivedAtMs: 0 };
      emit('message', seq === undefined ? message : { ...message, seq });
    },
    interrupt: () => interrupted.abort(),
    leavePingsUnanswered: () => {
      answerPing = () => Promise.withResolvers<number>().promise;
    },
    holdReader() {
      const held = Promise.withResolvers<void>();
      reader = () => held.promise;
      return held.resolve;
    },
  };
}

/** A sink that is done with a message when the test says so. */
function createHeldSink() {
  const taken = new Map<string, (isDone: boolean) => void>();
  const sink: MessageSink = {
    take({ text }) {
      const done = Promise.withResolvers<boolean>();
      taken.set(text, done.resolve);
      return done.promise;
    },
    close: async () => {
      for (const finish of taken.values()) finish(false);
    },
  };
  return { sink, taken };
}

const online: ConnectionState = { phase: 'authenticated', clientId: 'console', sinceMs: 0 };
const ending: Ending = { kind: 'lost', closeCode: 1006, reason: 'the network is gone' };
const waiting: ConnectionState = { phase: 'waiting', retryAtMs: 0, attempt: 2, ending };

describe('receiving what arrives', () => {
  it('prints each message as it came, on one line, and ends when interrupted', async () => {
    const scene = createScene();
    const done = scene.start();
    scene.state(online);
    scene.message('{"n":1.0 }');
    scene.message('{\n  "a": 1\n}');
    scene.interrupt();
    expect(await done).toBe(exitCodes.terminated);
    expect(scene.lines).toEqual(['{"n":1.0 }', '{"a": 1}']);
    expect(scene.log).toEqual(['close']);
  });

  it('ends after --count, once the relay has seen that they were read', async () => {
    const scene = createScene();
    const done = scene.start({ count: 2 });
    scene.state(online);
    scene.message('{"a":1}');
    scene.message('{"a":2}');
    expect(await done).toBe(exitCodes.done);
    expect(scene.lines).toEqual(['{"a":1}', '{"a":2}']);
    expect(scene.log.slice(-2)).toEqual(['ping', 'close']);
  });

  it('prints no more than --count, and closes at once so that the queue keeps what was not printed', async () => {
    const scene = createScene();
    const done = scene.start({ count: 1 });
    scene.state(online);
    scene.message('{"a":1}');
    scene.message('{"a":2}');
    expect(scene.log).toContain('close');
    expect(await done).toBe(exitCodes.done);
    expect(scene.lines).toEqual(['{"a":1}']);
    expect(scene.talk.at(-1)).toContain('more than 1 came');
  });

  it('ends with 6 when the time is over with fewer than --count, and with 0 without one', async () => {
    const scene = createScene();
    const done = scene.start({ count: 2, timeoutMs: 1 });
    scene.state(online);
    scene.message('{"a":1}');
    expect(await done).toBe(exitCodes.timeout);
    expect(scene.talk.at(-1)).toBe('1 of 2 messages came within 1ms');
    const without = createScene();
    const ended = without.start({ timeoutMs: 1 });
    without.state(online);
    expect(await ended).toBe(exitCodes.done);
  });

  it('stops reading the relay while the reader of standard output is behind', async () => {
    const scene = createScene();
    const release = scene.holdReader();
    const done = scene.start();
    scene.state(online);
    for (let index = 0; index < 1_500; index++) scene.message(`{"n":${index}}`);
    expect(scene.log).toEqual(['pause']);
    release();
    scene.interrupt();
    await done;
    expect(scene.lines).toHaveLength(1_500);
    expect(scene.log).toEqual(['pause', 'resume', 'close']);
  });

  it('fails when the relay was never reached, and goes on when the connection is lost later', async () => {
    const never = createScene();
    const failed = never.start();
    never.state(waiting);
    await expect(failed).rejects.toMatchObject({ ending });
    const later = createScene();
    const done = later.start();
    later.state(online);
    later.state(waiting);
    later.state(online);
    later.interrupt();
    await done;
    expect(later.talk).toEqual([
      'listening as console',
      'the network is gone; trying again',
      'listening again as console',
    ]);
  });

  it('fails when the connection ends for good', async () => {
    const scene = createScene();
    const done = scene.start();
    scene.state(online);
    scene.state({ phase: 'closed', ending: { kind: 'replaced', closeCode: 4009, reason: 'taken over' } });
    await expect(done).rejects.toThrow('taken over');
  });

  it('gives the sink only what fits the filter, and counts only that', async () => {
    const scene = createScene({ acks: true });
    const done = scene.start({ count: 1, filter: parseMessageFilter('cmd=open from=me') });
    scene.state(online);
    scene.message('{"cmd":"close","sender":"me"}', 1);
    scene.message('{"cmd":"open","sender":"you"}', 2);
    scene.message('{"cmd":"open","sender":"me"}', 3);
    expect(await done).toBe(exitCodes.done);
    expect(scene.lines).toEqual(['{"cmd":"open","sender":"me"}']);
    expect(scene.log).toContain('ack 3');
  });
});

describe('what is printed', () => {
  it.each([
    ['{"n":1.0,"_seq":7,"_offline_queued":true}', '{"n":1.0,"_offline_queued":true}'],
    [
      '{"n":1,"_from":"x","_seq":7,"_age_ms":5,"_offline_queued":true}',
      '{"n":1,"_from":"x","_age_ms":5,"_offline_queued":true}',
    ],
    ['{"_offline_queued":true,"n":1,"_seq":7}', '{"_offline_queued":true,"n":1}'],
    ['{"n":{"a":1,"_seq":7}}', '{"n":{"a":1,"_seq":7}}'],
  ])('leaves out the number in the queue: %s', async (text, printed) => {
    const scene = createScene({ acks: true });
    const done = scene.start({ count: 1 });
    scene.state(online);
    scene.message(text, 7);
    await done;
    expect(scene.lines).toEqual([printed]);
  });
});

describe('acknowledging', () => {
  /** Lets everything run that does not wait for the test. */
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('comes after the printing, and is over before the connection is closed', async () => {
    const scene = createScene({ acks: true });
    const release = scene.holdReader();
    const done = scene.start();
    scene.state(online);
    scene.message('{"n":1}', 7);
    await turn();
    expect(scene.log).toEqual([]);
    scene.interrupt();
    release();
    await done;
    expect(scene.log.filter((entry) => entry !== 'ping')).toEqual(['ack 7', 'close']);
  });

  it('shows the relay a sign of life while so much is under way that it is not read', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const scene = createScene({ acks: true });
      const { sink, taken } = createHeldSink();
      const done = scene.start({}, sink);
      scene.state(online);
      for (let seq = 1; seq <= 1_000; seq++) scene.message(`{"n":${seq}}`, seq);
      vi.advanceTimersByTime(30_000);
      expect(scene.log).toEqual(['pause', 'ack 0', 'ack 0', 'ack 0']);
      for (const finish of [...taken.values()].slice(0, 600)) finish(true);
      await turn();
      expect(scene.log.slice(4)).toContain('resume');
      const before = scene.log.length;
      vi.advanceTimersByTime(60_000);
      expect(scene.log).toHaveLength(before);
      scene.interrupt();
      await done;
    } finally {
      vi.useRealTimers();
    }
  });

  it('goes up to the lowest message that is not done', async () => {
    const scene = createScene({ acks: true });
    const { sink, taken } = createHeldSink();
    const done = scene.start({}, sink);
    scene.state(online);
    for (const seq of [1, 2, 3, 4]) scene.message(`{"n":${seq}}`, seq);
    taken.get('{"n":2}')?.(true);
    taken.get('{"n":3}')?.(true);
    await turn();
    expect(scene.log).toEqual([]);
    taken.get('{"n":1}')?.(true);
    await turn();
    expect(scene.log).toEqual(['ack 3', 'ping']);
    scene.interrupt();
    await done;
    expect(scene.log).toEqual(['ack 3', 'ping', 'close']);
  });

  it('leaves out what was not done, and everything behind it', async () => {
    const scene = createScene({ acks: true });
    const { sink, taken } = createHeldSink();
    const done = scene.start({}, sink);
    scene.state(online);
    for (const seq of [1, 2]) scene.message(`{"n":${seq}}`, seq);
    taken.get('{"n":1}')?.(false);
    taken.get('{"n":2}')?.(true);
    await turn();
    scene.interrupt();
    await done;
    expect(scene.log).toEqual(['close']);
  });

  it('is repeated for a message that comes again, which is not taken twice', async () => {
    const scene = createScene({ acks: true });
    scene.leavePingsUnanswered();
    const { sink, taken } = createHeldSink();
    const done = scene.start({}, sink);
    scene.state(online);
    scene.message('{"n":1,"_seq":1,"_age_ms":5,"_offline_queued":true}', 1);
    taken.get('{"n":1,"_seq":1,"_age_ms":5,"_offline_queued":true}')?.(true);
    scene.message('{"n":2}', 2);
    await turn();
    scene.state(waiting);
    scene.state(online);
    scene.message('{"n":1,"_seq":1,"_age_ms":99,"_offline_queued":true}', 1);
    scene.message('{"n":2}', 2);
    await turn();
    expect(scene.log.filter((entry) => entry === 'ack 1')).toHaveLength(2);
    expect(taken.size).toBe(2);
    scene.interrupt();
    await done;
  });

  it('takes another message under a number that was given before', async () => {
    const scene = createScene({ acks: true });
    const done = scene.start();
    scene.state(online);
    scene.message('{"n":1}', 1);
    scene.message('{"n":"another"}', 1);
    await turn();
    scene.interrupt();
    await done;
    expect(scene.lines).toEqual(['{"n":1}', '{"n":"another"}']);
  });

  it('does not take what comes beyond --count, nor acknowledge it', async () => {
    const scene = createScene({ acks: true });
    const done = scene.start({ count: 1 });
    scene.state(online);
    scene.message('{"n":1}', 1);
    scene.message('{"n":2}', 2);
    expect(await done).toBe(exitCodes.done);
    expect(scene.lines).toEqual(['{"n":1}']);
    expect(scene.log.filter((entry) => entry.startsWith('ack'))).toEqual(['ack 1']);
  });

  it('ends the command when the sink says so', async () => {
    const scene = createScene({ acks: true });
    const done = scene.start({}, { take: () => Promise.reject(new Error('no more')), close: async () => undefined });
    scene.state(online);
    scene.message('{"n":1}', 1);
    await expect(done).rejects.toThrow('no more');
    expect(scene.log).toEqual(['close']);
  });
});
