import { createServer } from 'node:https';
import { beforeAll, describe, expect, it } from 'vitest';
import { RelayAddressError } from '../../src/client/errors.ts';
import { createRelayHttp } from '../../src/client/http.ts';
import { createRelayClient } from '../../src/client/relay-client.ts';
import { hasTool } from '../tools.ts';
import { type Certificates, makeCertificates } from './certificates.ts';
import { commander, nextPhase, watchClient } from './clients.ts';
import { startFakeRelay } from './fake-relay.ts';

async function startSecureHttp(tls: Certificates) {
  const server = createServer({ cert: tls.cert, key: tls.key }, (_request, response) => {
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `https://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe.runIf(hasTool('openssl'))('TLS with an own authority', () => {
  let right: Certificates;
  let elsewhere: Certificates;

  beforeAll(() => {
    right = makeCertificates(['IP:127.0.0.1']);
    elsewhere = makeCertificates(['DNS:elsewhere.example']);
  });

  it('connects when the authority is given, and keeps its heartbeat', async () => {
    await using relay = await startFakeRelay({ tls: right });
    await using watched = watchClient(relay.url, { ca: right.ca });
    expect(await watched.client.ready()).toBe('commander');
    const { received } = await relay.logins.next();
    const roundTrip = new Promise((resolve) => watched.client.on('roundTrip', resolve));
    watched.clock.advance(30_000);
    expect(await received.next()).toBe('{"action":"ping"}');
    expect(await roundTrip).toBe(0);
    watched.clock.advance(11_000);
    expect(watched.client.state.phase).toBe('authenticated');
  });

  it('does not connect without it, and says what to give', async () => {
    await using relay = await startFakeRelay({ tls: right });
    await using watched = watchClient(relay.url);
    const { ending } = await nextPhase(watched, 'waiting');
    expect(ending).toMatchObject({ kind: 'unreachable', problem: 'certificate' });
    expect(ending.reason).toContain('--ca-file');
  });

  it('does not connect to a relay that has the certificate of another', async () => {
    await using relay = await startFakeRelay({ tls: elsewhere });
    await using watched = watchClient(relay.url, { ca: elsewhere.ca });
    const { ending } = await nextPhase(watched, 'waiting');
    expect(ending).toMatchObject({ problem: 'certificate', reason: expect.stringContaining('for another name') });
  });

  it('says that the other side speaks plain text', async () => {
    await using relay = await startFakeRelay();
    await using watched = watchClient(relay.url.replace('ws:', 'wss:'));
    const { ending } = await nextPhase(watched, 'waiting');
    expect(ending).toMatchObject({ problem: 'not_a_relay', reason: expect.stringContaining('does not speak TLS') });
  });

  it('refuses authorities that are none, which Node would take without a word', () => {
    const torn = right.ca.replace(/\n[^-]{10}/, '\n');
    for (const [ca, words] of [
      ['no PEM', /hold no certificate/],
      ['', /hold no certificate/],
      [right.ca + torn, /certificate 2 of the authorities/],
    ] as const) {
      for (const create of [
        () => createRelayClient({ url: '127.0.0.1:1', ca, credentials: commander }),
        () => createRelayHttp({ url: '127.0.0.1:1', ca }),
      ]) {
        expect(create).toThrow(RelayAddressError);
        expect(create).toThrow(words);
      }
    }
  });

  it('holds for the HTTP side as well', async () => {
    await using server = await startSecureHttp(right);
    await using trusting = createRelayHttp({ url: server.url, ca: right.ca });
    await trusting.health();
    await using careful = createRelayHttp({ url: server.url });
    await expect(careful.health()).rejects.toMatchObject({ problem: 'certificate' });
    await using misled = createRelayHttp({ url: server.url, ca: elsewhere.ca });
    await expect(misled.health()).rejects.toMatchObject({ problem: 'certificate' });
  });
});
