import { describe, expect, it } from 'vitest';
import { Incoming } from '../../src/server/messages/incoming.ts';
import { FakeRun } from './fake-run.ts';
import { createRig, settle } from './switchboard-rig.ts';

/** A rig with a target that has been sent enough for messages to go together. */
async function createBusyRig(limits: Parameters<typeof createRig>[0] = {}) {
  const rig = createRig({ message_burst: 1000, ...limits });
  const pump = rig.join('pump');
  const pc = rig.join('pc');
  for (let n = 0; n < 16; n++) pc.send('pump', { warmUp: n });
  await rig.settle();
  pump.pong();
  pump.link.texts.length = 0;
  const incoming = new Incoming({
    switchboard: rig.switchboard,
    after: rig.after,
    clock: rig.now,
    silentAfterMs: () => 35_000,
    registered: () => [],
  });
  const send = (count: number, more: object = {}) =>
    incoming.handleRun(
      pc.session,
      new FakeRun(
        'pump',
        Array.from({ length: count }, (_, n) => ({ target: 'pump', n, ...more })),
      ),
    );
  return { rig, pump, pc, send };
}

describe('messages that came together', () => {
  it('go out together, in order', async () => {
    const { pump, send } = await createBusyRig();
    send(5);
    expect(pump.link.runsSent).toBe(1);
    expect(pump.received().map(({ n }) => n)).toEqual([0, 1, 2, 3, 4]);
  });

  it('go one by one when they are more than the send buffer holds (PROTOCOL D `send_buffer_bytes`)', async () => {
    const { pump, send } = await createBusyRig({ send_buffer_bytes: 1000 });
    send(5, { fill: 'x'.repeat(300) });
    expect(pump.link.runsSent).toBe(0);
    expect(pump.received()).toHaveLength(5);
  });

  it('go one by one to a client that does not read, and wait for it in order', async () => {
    const { rig, pump, send } = await createBusyRig({ send_buffer_bytes: 1000 });
    pump.link.stick();
    send(5, { fill: 'x'.repeat(300) });
    await settle();
    for (let round = 0; round < 3; round++) {
      pump.link.unstick();
      rig.switchboard.handleWritable(pump.session);
      await settle();
      pump.pong();
      await settle();
    }
    expect(pump.received().map(({ n }) => n)).toEqual([0, 1, 2, 3, 4]);
    expect(pump.received().map(({ _offline_queued }) => _offline_queued === true)).toEqual([
      ...[false, false, false],
      ...[true, true],
    ]);
  });

  it('are within the rate, all of them or as many as it allows', async () => {
    const { pump, pc, send } = await createBusyRig({ message_rate: 1, message_burst: 20 });
    send(10);
    expect(pump.link.runsSent).toBe(0);
    expect(pump.received()).toHaveLength(4);
    expect(pc.received().at(-1)).toMatchObject({ code: 'rate_limited' });
  });
});

it('a client that is not read any more stays unread, whatever becomes free', () => {
  const rig = createRig();
  const { session, link } = rig.join('pc');
  session.stopReading();
  rig.switchboard.handleWritable(session);
  session.pauseForStore();
  session.resumeAfterStore();
  expect(link.isReading).toBe(false);
});
