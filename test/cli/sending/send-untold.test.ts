import { describe, expect, it } from 'vitest';
import type { SendRequest } from '../../../src/cli/sending/send-request.ts';
import { sendUntold } from '../../../src/cli/sending/send-untold.ts';
import { RelaySendError } from '../../../src/client/errors.ts';
import type { RelayClientEvents } from '../../../src/client/types.ts';
import type { ErrorMessage } from '../../../src/protocol/messages.ts';
import { createFakeSender } from '../fake-deliveries.ts';

const request: SendRequest = {
  targets: ['gate', 'pump'],
  payloads: ['{"n":1}', '{"n":2}'],
  wait: 'queued',
  timeoutMs: 60_000,
  ttlMs: undefined,
  replyTo: undefined,
  interrupted: new Promise<void>(() => undefined),
};

/** A relay of the published contract: it says nothing but refusals, before it answers a ping. */
function publishedRelay(refusals: readonly (readonly ErrorMessage[])[] = []) {
  const { client, sent } = createFakeSender((message) => message.accepted.resolve({ status: 'sent' }));
  const listeners = new Set<(error: ErrorMessage) => void>();
  const waiting = [...refusals];
  let answer = () => Promise.resolve(1);
  return {
    sent,
    answerPingsWith(ping: () => Promise<number>): void {
      answer = ping;
    },
    client: {
      ...client,
      on<Name extends keyof RelayClientEvents>(_name: Name, listener: (event: RelayClientEvents[Name]) => void) {
        // Refusals are all that this relay says.
        const refused = listener as (error: ErrorMessage) => void;
        listeners.add(refused);
        return () => void listeners.delete(refused);
      },
      async ping() {
        for (const error of waiting.shift() ?? []) for (const listener of listeners) listener(error);
        return await answer();
      },
    },
  };
}

const refusal = (more: Partial<ErrorMessage>): ErrorMessage => ({
  status: 'error',
  code: 'queue_full',
  message: '3 wait already',
  ...more,
});

describe('sending through a relay that tells nobody what it takes (PROTOCOL A)', () => {
  it('calls it sent when an answer behind it has come and nothing was refused', async () => {
    const relay = publishedRelay();
    const { results } = await sendUntold(relay.client, request);
    expect(relay.sent).toHaveLength(4);
    expect(results.map(({ target, status, messages }) => [target, status, messages])).toEqual([
      ['gate', 'sent', 2],
      ['pump', 'sent', 2],
    ]);
  });

  it('tells a refusal to the target that it names, also one that waited for a commit', async () => {
    const relay = publishedRelay([[], [refusal({ target: 'pump' })]]);
    const { results } = await sendUntold(relay.client, request);
    expect(results).toMatchObject([
      { target: 'gate', status: 'sent' },
      { target: 'pump', status: 'error', code: 'queue_full', failed: 1 },
    ]);
  });

  it('tells a refusal that names no target to all, with its count', async () => {
    const relay = publishedRelay([[refusal({ code: 'rate_limited', count: 3 })]]);
    const { results } = await sendUntold(relay.client, request);
    expect(results.map(({ code, failed }) => [code, failed])).toEqual([
      ['rate_limited', 3],
      ['rate_limited', 3],
    ]);
  });

  it('gives up when no answer comes, or the connection is lost', async () => {
    const silent = publishedRelay();
    silent.answerPingsWith(() => new Promise(() => undefined));
    expect((await sendUntold(silent.client, { ...request, timeoutMs: 1 })).results).toMatchObject([
      { code: 'timeout' },
      { code: 'timeout' },
    ]);
    const lost = publishedRelay();
    lost.answerPingsWith(() => Promise.reject(new RelaySendError('connection_lost', 'lost')));
    expect((await sendUntold(lost.client, request)).results).toMatchObject([
      { code: 'connection_lost' },
      { code: 'connection_lost' },
    ]);
  });

  it('asks for no answer when nothing is waited for', async () => {
    const relay = publishedRelay();
    relay.answerPingsWith(() => Promise.reject(new TypeError('nobody asks')));
    expect((await sendUntold(relay.client, { ...request, wait: 'sent' })).results).toMatchObject([
      { status: 'sent' },
      { status: 'sent' },
    ]);
  });
});
