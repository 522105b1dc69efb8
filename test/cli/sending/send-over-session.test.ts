import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { usageError } from '../../../src/cli/exit-codes.ts';
import { sendOverSession } from '../../../src/cli/sending/send-over-session.ts';
import type { SendRequest } from '../../../src/cli/sending/send-request.ts';
import type { Unanswered } from '../../../src/cli/sending/withdraw.ts';
import { createFakeSender } from '../fake-deliveries.ts';

const never = new Promise<void>(() => undefined);
const request: SendRequest = {
  targets: ['gate', 'pump'],
  payloads: ['{"n":1}'],
  wait: 'queued',
  timeoutMs: 60_000,
  ttlMs: undefined,
  replyTo: undefined,
  interrupted: never,
};

/** Sends with a relay that withdraws these ids. */
function send(sender: ReturnType<typeof createFakeSender>, change: Partial<SendRequest>, withdrawn: string[] = []) {
  const asked: Unanswered[] = [];
  const withdraw = async (unanswered: readonly Unanswered[]) => {
    asked.push(...unanswered);
    return new Map(unanswered.map(({ target, ids }) => [target, ids.intersection(new Set(withdrawn))]));
  };
  const ports = { client: sender.client, session: { clientId: 'me' }, withdraw };
  return { asked, outcome: sendOverSession(ports, { ...request, ...change }) };
}

describe('sending over a session', () => {
  it('sends every payload to every target, and is done with the relay’s word on each', async () => {
    const sender = createFakeSender((message) => message.accepted.resolve({ status: 'queued' }));
    const { outcome } = send(sender, { payloads: ['{"n":1}', '{"n":2}'], ttlMs: 3_000 });
    const { results } = await outcome;
    expect(sender.sent.map(({ target, payload }) => [target, payload])).toEqual([
      ['gate', '{"n":1}'],
      ['pump', '{"n":1}'],
      ['gate', '{"n":2}'],
      ['pump', '{"n":2}'],
    ]);
    expect(sender.sent.every(({ options }) => options.ttlMs === 3_000)).toBe(true);
    expect(results.map(({ target, status, queued }) => [target, status, queued])).toEqual([
      ['gate', 'queued', 2],
      ['pump', 'queued', 2],
    ]);
  });

  it('gives the address of answers, unless the message has one', async () => {
    const sender = createFakeSender((message) => message.accepted.resolve({ status: 'delivered' }));
    await send(sender, { payloads: ['{}', '{"sender":"x"}'], targets: ['gate'], replyTo: 'console' }).outcome;
    expect(sender.sent.map(({ payload }) => payload)).toEqual(['{"sender":"console"}', '{"sender":"x"}']);
  });

  it('waits for nothing more than the bytes to leave when told so', async () => {
    const { results } = await send(createFakeSender(), { wait: 'sent' }).outcome;
    expect(results.map(({ status }) => status)).toEqual(['sent', 'sent']);
  });

  it('waits for the end of each when told so, and says which it was', async () => {
    const sender = createFakeSender();
    const { outcome } = send(sender, { wait: 'delivered', targets: ['a', 'b', 'c', 'd'] });
    while (sender.sent.length < 4) await nextTurn();
    sender.end(0, { status: 'delivered' });
    sender.end(1, { status: 'expired' });
    sender.end(2, { status: 'cancelled' });
    sender.end(3, { status: 'error', code: 'unconfirmed', message: 'may have arrived' });
    expect((await outcome).results.map(({ status, code, fate }) => [status, code, fate])).toEqual([
      ['delivered', undefined, undefined],
      ['error', 'expired', 'cancelled'],
      ['error', 'cancelled', 'cancelled'],
      ['error', 'unconfirmed', 'may still run'],
    ]);
  });

  it('takes back what waits when the time is over, and says of each what it can still do', async () => {
    const sender = createFakeSender((message) => message.accepted.resolve({ status: 'queued' }));
    const change = { wait: 'delivered', timeoutMs: 1, targets: ['gate', 'pump', 'lamp', 'bell', 'door'] } as const;
    const { outcome, asked } = send(sender, change, ['id-1']);
    // Told while it was taken back: one came through, and two were cancelled although they had been handed over before.
    sender.onPing(() => {
      sender.end(1, { status: 'delivered' });
      sender.end(2, { status: 'cancelled' });
      sender.end(4, { status: 'error', code: 'unconfirmed', message: 'may have arrived' });
    });
    expect((await outcome).results.map(({ target, status, code, fate }) => [target, status, code, fate])).toEqual([
      ['gate', 'error', 'timeout', 'cancelled'],
      ['pump', 'delivered', undefined, undefined],
      ['lamp', 'error', 'timeout', 'may still run'],
      ['bell', 'error', 'timeout', 'may still run'],
      ['door', 'error', 'timeout', 'may still run'],
    ]);
    expect(asked.map(({ sender: by, target, ids }) => [by, target, [...ids]])).toEqual([
      ['me', 'gate', ['id-1']],
      ['me', 'pump', ['id-2']],
      ['me', 'lamp', ['id-3']],
      ['me', 'bell', ['id-4']],
      ['me', 'door', ['id-5']],
    ]);
  });

  it('takes nothing back that may wait', async () => {
    const { outcome, asked } = send(createFakeSender(), { timeoutMs: 1, targets: ['gate'] });
    expect((await outcome).results).toMatchObject([{ code: 'timeout', fate: 'may still run' }]);
    expect(asked).toEqual([]);
  });

  it('takes back what waits when it is interrupted', async () => {
    const sender = createFakeSender();
    const { outcome } = send(sender, { wait: 'delivered', targets: ['gate'], interrupted: Promise.resolve() }, [
      'id-1',
    ]);
    expect((await outcome).results).toMatchObject([{ code: 'interrupted', fate: 'cancelled' }]);
  });

  it('stops when the connection is lost, and says what was under way', async () => {
    const sender = createFakeSender((message, index) => {
      if (index === 0) message.accepted.resolve({ status: 'queued' });
      else message.accepted.resolve({ status: 'unknown', last: 'sent', message: 'the connection was lost' });
    });
    const payloads = ['{"n":1}', '{"n":2}'];
    const { results } = await send(sender, { payloads, targets: ['gate'] }).outcome;
    expect(results).toMatchObject([{ code: 'connection_lost', messages: 2, queued: 1, failed: 1 }]);
  });

  it('waits for the words on what was sent before a line that is no message', async () => {
    const sender = createFakeSender((message) => message.accepted.resolve({ status: 'delivered' }));
    async function* lines() {
      yield '{"n":1}';
      throw usageError('line 2 of standard input is not JSON');
    }
    const { results, inputError } = await send(sender, { payloads: lines(), targets: ['gate'] }).outcome;
    expect(results).toMatchObject([{ status: 'delivered', messages: 1 }]);
    expect(inputError?.message).toBe('line 2 of standard input is not JSON');
  });
});
