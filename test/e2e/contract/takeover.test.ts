import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { openRawWebSocket } from '../raw-websocket.ts';
import { openRoom, settle } from './test-room.ts';

let relay: ServedRelay;
beforeAll(async () => {
  relay = await startServe();
});
afterAll(() => relay[Symbol.asyncDispose]());

describe('PROTOCOL A2: a newer session with the same id takes over', () => {
  it.each(['controller', 'device'] as const)(
    'of a %s: the older one is told by whom and closed with 4009',
    async (kind) => {
      const room = await openRoom(relay);
      await using first = await room[kind]('same');
      await using second = await room[kind]('same');
      const notice = await first.nextJson();
      expect(notice).toMatchObject({ status: 'error', code: 'replaced' });
      expect(notice.message).toMatch(/127\.0\.0\.1/);
      expect(notice.message).toMatch(/\d{4}-\d\d-\d\dT\d\d:\d\d/);
      expect((await first.nextClose()).code).toBe(4009);
      await first.gone;
      await settle(second);
      expect(await room.presence('same')).toEqual({ same: 'online' });
    },
  );

  it('and gets what comes from then on, the older one nothing', async () => {
    const room = await openRoom(relay);
    await using sender = await room.controller('sender');
    const first = await room.device('same', { answersClose: false });
    await using second = await room.device('same');
    sender.sendText('{"target":"same","n":1}');
    expect(await second.nextText()).toBe('{"target":"same","n":1}');
    expect(await first.nextJson()).toMatchObject({ code: 'replaced' });
    expect((await first.nextClose()).code).toBe(4009);
    first.destroy();
    await first.gone;
    // The late end of the old connection does not put the new one offline.
    sender.sendText('{"target":"same","n":2}');
    expect(await second.nextText()).toBe('{"target":"same","n":2}');
    expect(await room.presence('same')).toEqual({ same: 'online' });
  });

  it('and what the older one sends afterwards is not taken', async () => {
    const room = await openRoom(relay);
    await using witness = await room.controller('witness');
    await using first = await room.device('same', { answersClose: false });
    await using second = await room.device('same');
    expect(await first.nextJson()).toMatchObject({ code: 'replaced' });
    expect((await first.nextClose()).code).toBe(4009);
    first.sendText('{"target":"witness","from":"the past"}');
    second.sendText('{"target":"witness","from":"the present"}');
    expect(await witness.nextText()).toBe('{"target":"witness","from":"the present"}');
    await settle(witness);
  });

  it('a device takes its id back from a controller that uses it', async () => {
    const room = await openRoom(relay);
    await room.token('hardware');
    await using imposter = await room.controller('hardware');
    await using device = await room.device('hardware');
    expect(await imposter.nextJson()).toMatchObject({ code: 'replaced' });
    expect((await imposter.nextClose()).code).toBe(4009);
    await settle(device);
  });

  it('but a master key cannot replace a live session that a device token opened', async () => {
    const room = await openRoom(relay);
    await using device = await room.device('hardware');
    await using client = await openRawWebSocket(relay.url);
    client.sendJson({ auth_key: room.authKey, sender: 'hardware' });
    expect(await client.nextJson()).toMatchObject({ status: 'error', code: 'id_in_use' });
    expect((await client.nextClose()).code).toBe(4011);
    await settle(device);
    device.destroy();
    await room.untilPresence('hardware', 'offline');
    await using later = await room.controller('hardware');
    await settle(later);
  });

  it('in its own room alone', async () => {
    const [red, blue] = [await openRoom(relay), await openRoom(relay)];
    await using redOne = await red.controller('same');
    await using blueOne = await blue.controller('same');
    await settle(redOne);
    await settle(blueOne);
  });
});
