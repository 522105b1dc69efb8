import { describe, expect, it } from 'vitest';
import { RelaySendError } from '../../src/client/errors.ts';
import { nextPhase, watchClient } from './clients.ts';
import { startFakeRelay } from './fake-relay.ts';

describe('sending', () => {
  it('is refused while not connected, and nothing is kept for later', async () => {
    await using relay = await startFakeRelay();
    await using watched = watchClient(relay.url);
    await expect(watched.client.send('mouse', { n: 1 })).rejects.toMatchObject({
      name: 'RelaySendError',
      code: 'not_connected',
      message: 'not connected to the relay yet',
    });
    await expect(watched.client.ping()).rejects.toMatchObject({ code: 'not_connected' });
    const session = await relay.logins.next();
    await nextPhase(watched, 'authenticated');
    session.socket.close(1001, 'restarting');
    await nextPhase(watched, 'waiting');
    await expect(watched.client.send('mouse', { n: 2 })).rejects.toThrow('not connected to the relay: restarting');

    watched.clock.advance(500);
    const again = await relay.logins.next();
    await watched.client.ready();
    await watched.client.send('mouse', { n: 3 });
    expect(JSON.parse(await again.received.next())).toMatchObject({ n: 3 });
  });

  it('is refused for what is no message, and the connection stays', async () => {
    await using relay = await startFakeRelay();
    await using watched = watchClient(relay.url);
    await watched.client.ready();
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const { client } = watched;
    await expect(client.send('', {})).rejects.toMatchObject({ code: 'invalid_target' });
    await expect(client.send('a,b', {})).rejects.toMatchObject({ code: 'invalid_target' });
    await expect(client.send('mouse', { target: 'other' })).rejects.toMatchObject({ code: 'invalid_payload' });
    await expect(client.send('mouse', circle)).rejects.toMatchObject({ code: 'invalid_payload' });
    await expect(client.send('mouse', { big: 1n })).rejects.toMatchObject({ code: 'invalid_payload' });
    await expect(client.send('mouse', { toJSON: () => undefined })).rejects.toMatchObject({ code: 'invalid_payload' });
    await expect(client.sendText('mouse', '[1]')).rejects.toMatchObject({ code: 'invalid_payload' });
    await expect(client.sendText('mouse', '{"n":1} ;')).rejects.toThrow(RelaySendError);
    await client.send('mouse', { n: 1 });
    const session = await relay.logins.next();
    expect(await session.received.next()).toBe('{"n":1,"target":"mouse","sender":"commander"}');
  });

  it('waits for the network, and refuses more when it takes nothing', async () => {
    await using relay = await startFakeRelay();
    await using watched = watchClient(relay.url);
    await watched.client.ready();
    const session = await relay.logins.next();
    session.socket.pause();
    const megabyte = { fill: 'x'.repeat(1024 * 1024) };
    const sends: Promise<void>[] = [];
    const refusal = await new Promise<unknown>((resolve) => {
      // What the systems take between the two is bounded, and so is what waits here: the refusal comes.
      for (let n = 0; n < 32; n++) sends.push(watched.client.send('mouse', megabyte).catch(resolve));
    });
    expect(refusal).toMatchObject({ name: 'RelaySendError', code: 'backlog' });
    session.socket.resume();
    await Promise.all(sends);
    await watched.client.send('mouse', { after: true });
    expect(watched.client.state.phase).toBe('authenticated');
  });

  it('fails when the connection is lost before the bytes have left', async () => {
    await using relay = await startFakeRelay();
    await using watched = watchClient(relay.url);
    await watched.client.ready();
    const session = await relay.logins.next();
    session.socket.pause();
    const megabyte = { fill: 'x'.repeat(1024 * 1024) };
    const sends = Array.from({ length: 14 }, () => watched.client.send('mouse', megabyte));
    const ping = watched.client.ping();
    session.socket.terminate();
    const outcomes = await Promise.allSettled(sends);
    expect(outcomes.at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'connection_lost' } });
    await expect(ping).rejects.toMatchObject({ code: 'connection_lost' });
  });
});
