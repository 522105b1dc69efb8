import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRelayClient } from '../../src/client/relay-client.ts';
import type { RelayClient } from '../../src/client/types.ts';
import { makeTemporaryFolder, startServe } from '../e2e/built-relay.ts';
import { openRoom } from '../e2e/contract/test-room.ts';

const clientCount = 2000;
const allBackMsMax = 30_000;

let folder: string;
let clients: RelayClient[];
beforeEach(() => {
  folder = makeTemporaryFolder();
  clients = [];
});
afterEach(async () => {
  await Promise.all(clients.map((client) => client.close()));
  rmSync(folder, { recursive: true, force: true });
});

/** Resolves with how long the client means to wait before its first try after the loss, in milliseconds. */
function firstWait(client: RelayClient): Promise<number> {
  return new Promise((resolve) => {
    client.on('state', (state) => {
      if (state.phase === 'waiting' && state.attempt === 2) resolve(state.retryAtMs - Date.now());
    });
  });
}

describe('FAULTS 17: a relay that is gone and comes back', () => {
  it(`has its ${clientCount} clients back within 30 s, and they spread their tries`, { timeout: 120_000 }, async () => {
    const dataDir = join(folder, 'data');
    const first = await startServe({ dataDir });
    const room = await openRoom(first, { connections: 'unlimited' });
    for (let n = 0; n < clientCount; n += 1) {
      const credentials = { authKey: room.authKey, sender: `client-${n}` };
      clients.push(createRelayClient({ url: first.url, credentials, mode: 'unattended' }));
      if (n % 200 === 199) await Promise.all(clients.slice(-200).map((client) => client.ready()));
    }
    const waits = Promise.all(clients.map(firstWait));
    await first.stop('SIGKILL');
    const waitsMs = await waits;
    await using second = await startServe({ dataDir, port: first.port });
    const startedMs = performance.now();
    await Promise.all(clients.map((client) => client.ready()));
    expect(performance.now() - startedMs).toBeLessThan(allBackMsMax);

    const text = await (await fetch(`${second.http}/metrics`)).text();
    expect(text).toMatch(new RegExp(`^softlab_relay_connections ${clientCount}$`, 'm'));
    // Full jitter: the first ceiling is half a second, and each tenth of it has its share of the clients.
    const tenths = Array.from({ length: 10 }, () => 0);
    for (const waitMs of waitsMs) {
      const tenth = Math.min(9, Math.max(0, Math.floor(waitMs / 50)));
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const share of tenths) expect(share).toBeGreaterThan(clientCount / 40);
  });
});
