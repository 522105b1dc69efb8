import { describe, expect, it } from 'vitest';
import { exitCodeOfResult, worstExitCode } from '../../src/cli/send-results.ts';
import { type SendRequest, sendToAll } from '../../src/cli/send-to-all.ts';
import { RelaySendError } from '../../src/client/errors.ts';
import type { RelayClientEvents } from '../../src/client/types.ts';
import type { ErrorMessage } from '../../src/protocol/messages.ts';

/** A client whose relay refuses what the test says, in the order of a connection. */
function fakeClient(refuse: (target: string, json: string) => ErrorMessage | undefined = () => undefined) {
  const sent: { target: string; json: string }[] = [];
  const listeners = new Set<(error: ErrorMessage) => void>();
  const said: ErrorMessage[] = [];
  let pings = 0;
  let answerPing = () => Promise.resolve(1);
  return {
    sent,
    get pings() {
      return pings;
    },
    /** What the relay says between the first and the second ping. */
    sayLate: (error: ErrorMessage) => {
      answerPing = async () => {
        if (pings === 2) said.push(error);
        return 1;
      };
    },
    neverAnswer: () => {
      answerPing = () => new Promise<number>(() => undefined);
    },
    loseConnection: () => {
      answerPing = () => Promise.reject(new RelaySendError('connection_lost', 'the connection was lost'));
    },
    client: {
      on<Name extends keyof RelayClientEvents>(name: Name, listener: (event: RelayClientEvents[Name]) => void) {
        const refused = listener as (error: ErrorMessage) => void;
        if (name === 'refused') listeners.add(refused);
        return () => void listeners.delete(refused);
      },
      async sendText(target: string, json: string) {
        sent.push({ target, json });
        const error = refuse(target, json);
        if (error !== undefined) said.push(error);
      },
      async ping() {
        pings += 1;
        const answer = await answerPing();
        for (const error of said.splice(0)) for (const listener of listeners) listener(error);
        return answer;
      },
    },
  };
}

const request: SendRequest = {
  targets: ['gate', 'pump'],
  payloads: ['{"n":12345678901234567890}'],
  replyTo: 'console',
  timeoutMs: 10_000,
  mayQueue: false,
};

const queueFull: ErrorMessage = { status: 'error', code: 'queue_full', message: 'the queue is full', target: 'pump' };

describe('sending to several targets', () => {
  it('adds target and sender, and touches nothing else', async () => {
    const fake = fakeClient();
    const results = await sendToAll(fake.client, request);
    expect(fake.sent).toEqual([
      { target: 'gate', json: '{"n":12345678901234567890,"target":"gate","sender":"console"}' },
      { target: 'pump', json: '{"n":12345678901234567890,"target":"pump","sender":"console"}' },
    ]);
    expect(results.map(({ target, status }) => [target, status])).toEqual([
      ['gate', 'sent'],
      ['pump', 'sent'],
    ]);
  });

  it('tells the refusal of each target apart', async () => {
    const fake = fakeClient((target) => (target === 'pump' ? queueFull : undefined));
    const results = await sendToAll(fake.client, request);
    expect(results[0]).toMatchObject({ target: 'gate', status: 'sent' });
    expect(results[1]).toMatchObject({ target: 'pump', status: 'error', code: 'queue_full', refused: 1 });
  });

  it('counts on every target what the relay refused without a name', async () => {
    const fake = fakeClient((target) =>
      target === 'pump' ? { status: 'error', code: 'rate_limited', message: 'too fast', count: 3 } : undefined,
    );
    const results = await sendToAll(fake.client, request);
    expect(results.every(({ code, refused }) => code === 'rate_limited' && refused === 3)).toBe(true);
  });

  it('waits for a refusal that takes a commit, where messages may have to be queued', async () => {
    const fake = fakeClient();
    fake.sayLate({ ...queueFull, code: 'store_unavailable' });
    const results = await sendToAll(fake.client, { ...request, mayQueue: true });
    expect(fake.pings).toBe(2);
    expect(results[1]).toMatchObject({ status: 'error', code: 'store_unavailable' });
  });

  it('says that it does not know when the relay gives no word in time', async () => {
    const fake = fakeClient();
    fake.neverAnswer();
    const results = await sendToAll(fake.client, { ...request, timeoutMs: 1 });
    expect(results.map(({ code }) => code)).toEqual(['timeout', 'timeout']);
  });

  it('says that it does not know when the connection is lost', async () => {
    const fake = fakeClient();
    fake.loseConnection();
    const [result] = await sendToAll(fake.client, request);
    expect(result).toMatchObject({ code: 'connection_lost' });
  });

  it('sends every line to every target, in order', async () => {
    const fake = fakeClient();
    const payloads = ['{"a":1}', '{"a":2}'];
    const results = await sendToAll(fake.client, { ...request, payloads });
    expect(fake.sent.map(({ target, json }) => `${target} ${JSON.parse(json).a}`)).toEqual([
      'gate 1',
      'pump 1',
      'gate 2',
      'pump 2',
    ]);
    expect(results.map(({ messages }) => messages)).toEqual([2, 2]);
  });

  it('refuses a payload that names another target, with nothing of it sent', async () => {
    const fake = fakeClient();
    await expect(sendToAll(fake.client, { ...request, payloads: ['{"target":"x"}'] })).rejects.toThrow('"x"');
    expect(fake.sent).toEqual([]);
  });
});

describe('the exit code of what became of it', () => {
  const result = { target: 't', messages: 1, refused: 0, durationMs: 1, state: undefined } as const;
  const error = (code: string) => ({ ...result, status: 'error', code }) as const;

  it('is 0, 5, 6 or 4, and the worst of several', () => {
    expect(exitCodeOfResult({ ...result, status: 'sent' })).toBe(0);
    expect(exitCodeOfResult(error('queue_full'))).toBe(5);
    expect(exitCodeOfResult(error('timeout'))).toBe(6);
    expect(exitCodeOfResult(error('connection_lost'))).toBe(4);
    expect(worstExitCode([{ ...result, status: 'sent' }, error('queue_full')])).toBe(5);
    expect(worstExitCode([error('timeout'), error('queue_full')])).toBe(6);
    expect(worstExitCode([])).toBe(0);
  });
});
