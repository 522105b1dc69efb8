import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readServeSettings } from '../../src/cli/serve-settings.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'relay-settings-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function config(content: unknown): string {
  const path = join(folder, `${Math.random()}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const read = (argv: object, env: Record<string, string> = {}) =>
  readServeSettings({ ...argv }, env, { dataDir: '/default-data' });

describe('the settings of relay serve', () => {
  it('are for this machine alone unless said', () => {
    expect(read({})).toEqual({
      host: '127.0.0.1',
      port: 8787,
      dataDir: '/default-data',
      userLimits: {},
      serverLimits: {},
      allowPlaintext: false,
      trustProxy: false,
      fastLane: true,
    });
  });

  it('come from the flag, then the environment, then the file', () => {
    const path = config({ port: 1, host: '10.0.0.1', data: '/file-data' });
    const env = { RELAY_SERVE_PORT: '2', RELAY_SERVE_HOST: '10.0.0.2' };
    expect(read({ config: path })).toMatchObject({ port: 1, host: '10.0.0.1', dataDir: '/file-data' });
    expect(read({ config: path }, env)).toMatchObject({ port: 2, host: '10.0.0.2', dataDir: '/file-data' });
    expect(read({ config: path, port: '3' }, env)).toMatchObject({ port: 3, host: '10.0.0.2' });
  });

  it('put limits of all sources together, each from the first source that has it', () => {
    const path = config({ limit: { queue_messages: '1', queue_ttl: '1h', auth_failures: 3 } });
    const env = { RELAY_SERVE_LIMIT: 'queue_messages=2,connections=7' };
    expect(read({ config: path, limit: ['queue_messages=3'] }, env)).toMatchObject({
      userLimits: { queue_messages: 3, queue_ttl: 3_600_000, connections: 7 },
      serverLimits: { auth_failures: 3 },
    });
  });

  it('read proxies and origins as lists', () => {
    expect(read({ 'trust-proxy': '' })).toMatchObject({ trustProxy: true });
    expect(read({ 'trust-proxy': '10.0.0.0/8, ::1' })).toMatchObject({ trustProxy: ['10.0.0.0/8', '::1'] });
    expect(read({ config: config({ 'trust-proxy': ['10.0.0.1'], origin: ['https://a', 'https://b'] }) })).toMatchObject(
      {
        trustProxy: ['10.0.0.1'],
        origins: ['https://a', 'https://b'],
      },
    );
    expect(read({ config: config({ 'trust-proxy': true, 'allow-plaintext': true }) })).toMatchObject({
      trustProxy: true,
      allowPlaintext: true,
    });
  });

  it('read certificate and key together', () => {
    const [cert, key] = [config('CERT'), config('KEY')];
    expect(read({ 'tls-cert': cert, 'tls-key': key }).tls).toEqual({
      cert: Buffer.from('CERT'),
      key: Buffer.from('KEY'),
    });
    expect(() => read({ 'tls-cert': cert })).toThrow('belong together');
    expect(() => read({ 'tls-cert': '/nowhere.pem', 'tls-key': key })).toThrow(
      '--tls-cert /nowhere.pem cannot be read',
    );
  });

  it('refuse a value that is none, naming it', () => {
    expect(() => read({ port: '70000' })).toThrow('--port 70000');
    expect(() => read({ limit: ['queue_mesages=1'] })).toThrow('"queue_mesages" is no limit');
    expect(() => read({ limit: ['idle_timeout=5'] })).toThrow('idle_timeout=5');
    expect(() => read({ 'log-level': 'loud' })).toThrow('--log-level loud');
  });

  it('refuse a file that is not there, no JSON, or holds a setting that there is not', () => {
    expect(() => read({ config: '/nowhere.json' })).toThrow('--config /nowhere.json');
    expect(() => read({ config: config('{') })).toThrow('JSON');
    expect(() => read({ config: config('[]') })).toThrow('no JSON object');
    expect(() => read({ config: config({ prot: 1 }) })).toThrow('no setting "prot"; did you mean "port"?');
    expect(() => read({ config: config({ port: {} }) })).toThrow('"port" is {}');
  });
});
