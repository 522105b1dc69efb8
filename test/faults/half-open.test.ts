import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../e2e/built-relay.ts';
import { openRoom, type TestRoom } from '../e2e/contract/test-room.ts';
import { until } from '../e2e/contract/until.ts';
import type { WatchedProcess } from '../e2e/watched-process.ts';
import { openReceiptSender } from './receipts.ts';
import { canMakeRemoteHosts, makeRemoteHost, type RemoteHost } from './remote-host.ts';

/** A sixth of the limits that hold unless said: what takes 35 s there takes 6 s here. */
const limits = { ping_after: '2500ms', silent_after: '6s', idle_timeout: '20s' };
const silentAfterMs = 6000;
const idleTimeoutMs = 20_000;
/** How long the relay waits for the answer to its close. */
const closeGraceMs = 3000;
/** What the relay's own clock ticks may add. */
const graceMs = 1500;

describe.runIf(canMakeRemoteHosts())('FAULTS 15: a peer whose packets are all lost', { timeout: 90_000 }, () => {
  let host: RemoteHost;
  let relay: ServedRelay;
  let room: TestRoom;
  let token: string;
  beforeEach(async () => {
    host = makeRemoteHost();
    relay = await startServe({ limits, args: ['--host', '0.0.0.0', '--allow-plaintext'] });
    room = await openRoom(relay);
    token = await room.token('worker');
  });
  afterEach(async () => {
    await relay[Symbol.asyncDispose]();
    host.remove();
  });

  async function startWorker(): Promise<WatchedProcess> {
    const url = relay.url.replace('127.0.0.1', host.address);
    const worker = host.spawn(process.execPath, [join(import.meta.dirname, 'remote-worker-child.ts'), url, token]);
    await worker.stdout.waitFor(/"authenticated"/);
    return worker;
  }

  /** Connections from the other host that the relay has not ended, as the system knows them. */
  function remoteConnections(): number {
    const port = relay.port.toString(16).toUpperCase().padStart(4, '0');
    const loopback = '0100007F';
    const established = new RegExp(`^ *\\d+: [0-9A-F]{8}:${port} (?!${loopback})[0-9A-F]{8}:[0-9A-F]{4} 01 `, 'gm');
    return [...readFileSync('/proc/net/tcp', 'utf8').matchAll(established)].length;
  }

  it('is offline in silent_after, gets its messages queued from then on, and is closed after idle_timeout', async () => {
    await using worker = await startWorker();
    expect(remoteConnections()).toBe(1);
    await using sender = await openReceiptSender(room);
    sender.send('worker', 'live');
    expect(await sender.nextTold()).toEqual({ id: 'live', state: 'delivered' });

    host.pullCable();
    const pulledAtMs = performance.now();
    sender.send('worker', 'into the void');
    await room.untilPresence('worker', 'offline');
    expect(performance.now() - pulledAtMs).toBeLessThan(silentAfterMs + graceMs);

    sender.send('worker', 'later');
    const told = [await sender.nextTold(), await sender.nextTold()];
    expect(told).toContainEqual({ id: 'later', state: 'queued' });
    expect(told).toContainEqual({ id: 'into the void', state: 'unconfirmed' });
    await until('the half-open connection is closed', () => remoteConnections() === 0);
    expect(performance.now() - pulledAtMs).toBeLessThan(idleTimeoutMs + closeGraceMs + graceMs);
    await worker[Symbol.asyncDispose]();

    host.plugIn();
    await using again = await startWorker();
    await again.stdout.waitFor(/"_id":"later","text":"","_offline_queued":true/);
    await room.untilWaiting('worker', 0);
    expect(again.stdout.text()).not.toContain('into the void');
  });

  it('comes back before it was missed, and the late end of its old socket does not put it offline', async () => {
    // It hangs with its connection open, and so does not answer the close either.
    await using old = await startWorker();
    old.kill('SIGSTOP');
    await using worker = await startWorker();
    await using sender = await openReceiptSender(room);
    expect(remoteConnections()).toBe(2);
    await until('the old socket is cut off', () => remoteConnections() === 1);
    for (const id of ['one', 'two']) {
      sender.send('worker', id);
      expect(await sender.nextTold()).toEqual({ id, state: 'delivered' });
      expect(await room.presence('worker')).toEqual({ worker: 'online' });
    }
    expect(worker.stdout.text()).toMatch(/"one".*\n.*"two"/);
  });
});
