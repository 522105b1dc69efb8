import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { debianPython, hasTool } from '../../tools.ts';
import { startServe } from '../built-relay.ts';

const source = join(import.meta.dirname, '../../../src/sdk/python/relay_client.py');

describe('relay_client.py: its source', () => {
  it.runIf(hasTool('python3-websocket'))('is Python 3.9', () => {
    const check = `import ast; ast.parse(open(${JSON.stringify(source)}).read(), feature_version=(3, 9))`;
    const { status, stderr } = spawnSync(debianPython, ['-c', check], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it.runIf(hasTool('mypy'))('is typed throughout', () => {
    const args = ['--strict', '--python-version', '3.9', '--cache-dir', '/dev/null', source];
    const { status, stdout } = spawnSync('mypy', args, { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('no issues found') });
  });
});

describe('GET /relay_client.py', () => {
  const defaultUrl = async (http: string, headers: Record<string, string> = {}) => {
    const response = await fetch(new URL('/relay_client.py', http), { headers });
    expect(response.headers.get('content-type')).toBe('text/x-python; charset=utf-8');
    return /^DEFAULT_URL = "(.*)"$/m.exec(await response.text())?.[1];
  };

  it('connects to the relay that it was downloaded from', async () => {
    await using relay = await startServe();
    expect(await defaultUrl(relay.http)).toBe(relay.url);
    // Nobody has to be believed who he says he came from, unless it is a proxy of ours.
    expect(await defaultUrl(relay.http, { 'x-forwarded-host': 'evil.example' })).toBe(relay.url);
  });

  it('connects to the address that a trusted proxy was asked for', async () => {
    await using relay = await startServe({ args: ['--trust-proxy', 'loopback'] });
    const headers = { 'x-forwarded-host': 'relay.example.org', 'x-forwarded-proto': 'https' };
    expect(await defaultUrl(relay.http, headers)).toBe('wss://relay.example.org/ws/connect/');
  });

  it('connects to the public address where one was said', async () => {
    await using relay = await startServe({ args: ['--public-url', 'https://relay.example.org/'] });
    // Said by the relay itself, too, so the tests cannot take its own address from there.
    const [, port] = await relay.process.stderr.waitFor(/"port":(\d+)/);
    expect(await defaultUrl(`http://127.0.0.1:${port}`)).toBe('wss://relay.example.org/ws/connect/');
  });
});
