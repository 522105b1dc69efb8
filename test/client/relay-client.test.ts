import { describe, expect, it } from 'vitest';
import { createRelayClient } from '../../src/client/relay-client.ts';
import type { ReceivedMessage } from '../../src/client/types.ts';
import { goodKey, startFakeRelay } from './fake-relay.ts';
import { createInbox } from './inbox.ts';

describe('a client of a relay that knows part A only', () => {
  it('authenticates as a controller and as a device, and passes messages both ways', async () => {
    await using relay = await startFakeRelay();
    const commander = createRelayClient({ url: relay.url, credentials: { authKey: goodKey, sender: 'commander' } });
    const device = createRelayClient({ url: relay.url, credentials: { deviceToken: 'token-of-mouse' } });
    const atDevice = createInbox<ReceivedMessage>();
    device.on('message', atDevice.put);
    expect(await commander.ready()).toBe('commander');
    expect(await device.ready()).toBe('mouse');

    await commander.sendText('mouse', '{"big":12345678901234567890,"exact":1.0}');
    const message = await atDevice.next();
    expect(message.text).toBe('{"big":12345678901234567890,"exact":1.0,"target":"mouse","sender":"commander"}');
    expect(message.offlineQueued).toBe(false);
    expect(await commander.ping()).toBeGreaterThanOrEqual(0);
    await Promise.all([commander.close(), device.close()]);
    expect(commander.state.phase).toBe('closed');
  });
});
