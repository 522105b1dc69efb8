import { describe, expect, it } from 'vitest';
import type { CommandContext } from '../../src/cli/command.ts';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { type PrintOptions, printMessages } from '../../src/cli/print-messages.ts';
import type { ConnectionState, Ending, RelayClientEvents } from '../../src/client/types.ts';

/** A client that does what the test says, and a reader of standard output that may be slow. */
function createScene() {
  const listeners: { readonly name: string; readonly listener: (event: never) => void }[] = [];
  const log: string[] = [];
  const lines: string[] = [];
  const talk: string[] = [];
  const interrupted = new AbortController();
  let reader: () => Promise<void> = () => Promise.resolve();
  const client = {
    on<Name extends keyof RelayClientEvents>(name: Name, listener: (event: RelayClientEvents[Name]) => void) {
      listeners.push({ name, listener });
      return () => undefined;
    },
    ping: async () => log.push('ping'),
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
    start: (options: Partial<PrintOptions> = {}) =>
      printMessages(client, context, { count: undefined, timeoutMs: undefined, ...options }),
    state: (state: ConnectionState) => emit('state', state),
    message(text: string) {
      const message = { text, payload: {}, offlineQueued: false, receivedAtMs: 0 };
      emit('message', message);
    },
    interrupt: () => interrupted.abort(),
    holdReader() {
      const held = Promise.withResolvers<void>();
      reader = () => held.promise;
      return held.resolve;
    },
  };
}

const online: ConnectionState = { phase: 'authenticated', clientId: 'console', sinceMs: 0 };
const ending: Ending = { kind: 'lost', closeCode: 1006, reason: 'the network is gone' };
const waiting: ConnectionState = { phase: 'waiting', retryAtMs: 0, attempt: 2, ending };

describe('printing what arrives', () => {
  it('prints each message as it came, on one line, and ends when interrupted', async () => {
    const scene = createScene();
    const done = scene.start();
    scene.state(online);
    scene.message('{"n":1.0 }');
    scene.message('{\n  "a": 1\n}');
    scene.interrupt();
    expect(await done).toBe(exitCodes.terminated);
    expect(scene.lines).toEqual(['{"n":1.0 }', '{"a": 1}']);
    expect(scene.log).toEqual(['resume', 'close']);
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
    expect(scene.log).toEqual(['close']);
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
    for (let index = 0; index < 100; index++) scene.message(`{"n":${index}}`);
    expect(scene.log).toEqual(['pause']);
    release();
    scene.interrupt();
    await done;
    expect(scene.lines).toHaveLength(100);
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
});
