import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRelayClient } from '../../src/client/relay-client.ts';
import { extensionNames, noExtensions } from '../../src/protocol/extensions.ts';
import { defaultUserLimits } from '../../src/protocol/limits.ts';
import { inboxOf, type OwnRoom, startOwnRoom } from './own-room.ts';

let room: OwnRoom;

beforeAll(async () => {
  room = await startOwnRoom();
});

afterAll(() => room[Symbol.asyncDispose]());

describe('a session', () => {
  it('has what the relay granted, and its limits', async () => {
    await using client = await room.connect('desk', ['receipts', 'ttl']);
    expect(client.session).toEqual({
      clientId: 'desk',
      extensions: { ...noExtensions, receipts: true, ttl: true, from: true },
      limits: defaultUserLimits(),
    });
    await using limitsAlone = await room.connect('bare', []);
    expect(limitsAlone.session).toEqual({ clientId: 'bare', extensions: noExtensions, limits: defaultUserLimits() });
    await using plain = await room.connect('plain');
    expect(plain.session).toEqual({ clientId: 'plain', extensions: noExtensions, limits: undefined });
    await plain.close();
    expect(plain.session).toBeUndefined();
  });

  it('of a device has no tap', async () => {
    const { device_token: deviceToken } = await room.http.addDevice('gauge');
    await using device = createRelayClient({
      url: room.relay.url,
      credentials: { deviceToken },
      extensions: extensionNames,
    });
    await device.ready();
    expect(device.session?.extensions).toMatchObject({ tap: false, ephemeral: false, acks: true });
    await expect(device.tap()).rejects.toMatchObject({ code: 'unsupported' });
  });
});

it('acknowledgements are for those who asked for them', async () => {
  await using desk = await room.connect('desk', []);
  await expect(desk.ack(1)).rejects.toMatchObject({ code: 'unsupported' });
  await expect(desk.queryPresence(['gate'])).rejects.toMatchObject({ code: 'unsupported' });
  await expect(desk.watchPresence()).rejects.toMatchObject({ code: 'unsupported' });
  await desk.unwatchPresence();
  await desk.untap();
});

it('many messages keep to the limits that the relay told, and none is refused', async () => {
  await using strict = await startOwnRoom({
    userLimits: { message_rate: 4_000, message_burst: 200, user_message_rate: 20_000 },
  });
  await using desk = await strict.connect('desk', ['receipts']);
  await using gate = await strict.connect('gate', []);
  const received: unknown[] = [];
  gate.on('message', ({ payload }) => received.push(payload.n));
  const refusals = inboxOf(desk, 'refused');
  const deliveries = Array.from({ length: 2_000 }, (_, n) => desk.sendTracked('gate', { n }));
  const finals = await Promise.all(deliveries.map((delivery) => delivery.final));
  expect(finals.every(({ status }) => status === 'delivered')).toBe(true);
  expect(received).toEqual(Array.from({ length: 2_000 }, (_, n) => n));
  expect(refusals.size).toBe(0);
});
