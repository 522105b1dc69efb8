import { describe, expect, it } from 'vitest';
import { createDeliveries, failedDelivery, untoldDelivery } from '../../src/client/deliveries.ts';
import { RelaySendError } from '../../src/client/errors.ts';
import type { ErrorMessage } from '../../src/protocol/messages.ts';

/** A message that leaves when the test says so. */
function createDeparture(id = 'c-1', target = 'gate') {
  const left = Promise.withResolvers<void>();
  let start: () => void = () => undefined;
  return {
    departure: {
      id,
      target,
      send(started: () => void) {
        start = started;
        return left.promise;
      },
    },
    start: () => start(),
    leave() {
      start();
      left.resolve();
    },
    fail: (error: RelaySendError) => left.reject(error),
  };
}

function follow(id?: string, target?: string) {
  const deliveries = createDeliveries();
  const way = createDeparture(id, target);
  const delivery = deliveries.follow(way.departure);
  return { deliveries, delivery, ...way };
}

const refusal: ErrorMessage = {
  status: 'error',
  code: 'queue_full',
  message: '50 wait',
  target: 'gate',
  _id: 'c-1',
};
const refused = { status: 'error', code: 'queue_full', message: '50 wait' };

describe('a delivery with receipts', () => {
  it('is accepted and ends with its proof', async () => {
    const { deliveries, delivery, leave } = follow();
    leave();
    await delivery.sent;
    deliveries.handleReceipt({ status: 'delivered', _id: 'c-1', target: 'gate' });
    expect(await delivery.accepted).toEqual({ status: 'delivered' });
    expect(await delivery.final).toEqual({ status: 'delivered' });
  });

  it.each(['delivered', 'expired', 'cancelled'] as const)('is queued, and later %s', async (status) => {
    const { deliveries, delivery, leave } = follow();
    leave();
    deliveries.handleReceipt({ status: 'queued', _id: 'c-1', target: 'gate' });
    expect(await delivery.accepted).toEqual({ status: 'queued' });
    deliveries.handleReceipt({ status, _id: 'c-1', target: 'gate' });
    expect(await delivery.final).toEqual({ status });
  });

  it('was queued when all that is told is that it expired', async () => {
    const { deliveries, delivery, leave } = follow();
    leave();
    deliveries.handleReceipt({ status: 'expired', _id: 'c-1', target: 'gate' });
    expect([await delivery.accepted, await delivery.final]).toEqual([{ status: 'queued' }, { status: 'expired' }]);
  });

  it('is refused', async () => {
    const { deliveries, delivery, leave } = follow();
    leave();
    deliveries.handleError(refusal);
    expect([await delivery.accepted, await delivery.final]).toEqual([refused, refused]);
  });

  it('ends with an error after it was queued, and nothing is told twice', async () => {
    const { deliveries, delivery, leave } = follow();
    leave();
    deliveries.handleReceipt({ status: 'queued', _id: 'c-1', target: 'gate' });
    deliveries.handleError({ ...refusal, code: 'unconfirmed' });
    deliveries.handleReceipt({ status: 'delivered', _id: 'c-1', target: 'gate' });
    deliveries.abandon('the relay restarts');
    expect(await delivery.accepted).toEqual({ status: 'queued' });
    expect(await delivery.final).toMatchObject({ status: 'error', code: 'unconfirmed' });
  });

  it('is known by its id and its target together', async () => {
    const deliveries = createDeliveries();
    const ways = [createDeparture('c-1', 'gate'), createDeparture('c-1', 'pump'), createDeparture('c-2', 'gate')];
    const [gate, pump, other] = ways.map((way) => deliveries.follow(way.departure));
    for (const way of ways) way.leave();
    deliveries.handleReceipt({ status: 'delivered', _id: 'c-1', target: 'somebody' });
    deliveries.handleError({ status: 'error', code: 'rate_limited', message: 'slow', count: 3 });
    deliveries.handleReceipt({ status: 'delivered', _id: 'c-1', target: 'pump' });
    deliveries.handleReceipt({ status: 'delivered', _id: 'c-2', target: 'gate' });
    deliveries.handleError(refusal);
    expect(await gate?.final).toEqual(refused);
    expect(await pump?.final).toEqual({ status: 'delivered' });
    expect(await other?.final).toEqual({ status: 'delivered' });
  });

  it('is not sent while another with its id is on its way to the same target', async () => {
    const { deliveries, leave } = follow();
    leave();
    let sent = 0;
    const send = async () => void sent++;
    const again = deliveries.follow({ id: 'c-1', target: 'gate', send });
    expect(await again.final).toMatchObject({ status: 'error', code: 'duplicate_id' });
    expect(sent).toBe(0);
    deliveries.handleReceipt({ status: 'delivered', _id: 'c-1', target: 'gate' });
    deliveries.follow({ id: 'c-1', target: 'gate', send });
    expect(sent).toBe(1);
  });

  it('is unknown when the connection is lost, and says how far it had come', async () => {
    const deliveries = createDeliveries();
    const ways = [createDeparture('c-1'), createDeparture('c-2')];
    const [sent, queued] = ways.map((way) => deliveries.follow(way.departure));
    for (const way of ways) way.leave();
    deliveries.handleReceipt({ status: 'queued', _id: 'c-2', target: 'gate' });
    deliveries.abandon('the relay restarts');
    const unknown = { status: 'unknown', last: 'sent', message: 'the relay restarts' };
    expect([await sent?.accepted, await sent?.final]).toEqual([unknown, unknown]);
    expect([await queued?.accepted, await queued?.final]).toEqual([
      { status: 'queued' },
      { ...unknown, last: 'queued' },
    ]);
  });

  it('was not sent when the connection is lost before its turn', async () => {
    const { deliveries, delivery, fail } = follow();
    deliveries.abandon('the relay restarts');
    fail(new RelaySendError('not_connected', 'not sent: its turn had not come'));
    await delivery.sent;
    const error = { status: 'error', code: 'not_connected', message: 'not sent: its turn had not come' };
    expect([await delivery.accepted, await delivery.final]).toEqual([error, error]);
  });

  it('is unknown when its bytes may have left', async () => {
    const { delivery, start, fail } = follow();
    start();
    fail(new RelaySendError('connection_lost', 'lost while sending'));
    await delivery.sent;
    expect(await delivery.final).toEqual({ status: 'unknown', last: 'sent', message: 'lost while sending' });
  });

  it('is given up when too many after it are followed, and the newest are not', async () => {
    const deliveries = createDeliveries();
    const send = (started: () => void) => {
      started();
      return Promise.resolve();
    };
    const all = Array.from({ length: 50_001 }, (_, n) => deliveries.follow({ id: `c-${n}`, target: 'gate', send }));
    expect(await all[0]?.final).toMatchObject({ status: 'unknown', last: 'sent' });
    for (const n of [1, 50_000]) deliveries.handleReceipt({ status: 'delivered', _id: `c-${n}`, target: 'gate' });
    expect(await all[1]?.final).toEqual({ status: 'delivered' });
    expect(await all[50_000]?.final).toEqual({ status: 'delivered' });
  });
});

describe('a delivery without receipts', () => {
  it('is sent when it has left, and then unknown', async () => {
    const way = createDeparture();
    const delivery = untoldDelivery(way.departure);
    way.leave();
    await delivery.sent;
    expect(await delivery.accepted).toEqual({ status: 'sent' });
    expect(await delivery.final).toMatchObject({ status: 'unknown', last: 'sent' });
  });

  it('has an error when it could not leave, and is unknown when it may have', async () => {
    const refusedWay = createDeparture();
    const kept = untoldDelivery(refusedWay.departure);
    refusedWay.fail(new RelaySendError('backlog', 'too much'));
    await kept.sent;
    expect([await kept.accepted, await kept.final]).toEqual(
      Array(2).fill({ status: 'error', code: 'backlog', message: 'too much' }),
    );
    const lostWay = createDeparture();
    const lost = untoldDelivery(lostWay.departure);
    lostWay.fail(new RelaySendError('connection_lost', 'lost'));
    expect(await lost.accepted).toEqual({ status: 'unknown', last: 'sent', message: 'lost' });
  });
});

it('a delivery that failed here says so in every place', async () => {
  const delivery = failedDelivery('c-1', 'gate', new RelaySendError('invalid_target', 'no'));
  await delivery.sent;
  expect([await delivery.accepted, await delivery.final]).toEqual(
    Array(2).fill({ status: 'error', code: 'invalid_target', message: 'no' }),
  );
});
