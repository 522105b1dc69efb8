import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeCodeOf, type RelayCode, reconnectRule } from '../../../src/protocol/codes.ts';
import { hasTool } from '../../tools.ts';
import { startBrowser } from '../browser.ts';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { findBarriers } from './axe.ts';

const paths = ['/docs/', '/docs/extensions/', '/docs/python/', '/docs/http/', '/docs/limits/'];
const examples = join(import.meta.dirname, '../../../src/sdk/examples');

function decode(html: string): string {
  return html.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

describe('the documentation at /docs/', () => {
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe({ limits: { queue_messages: '77', auth_deadline: '13s' } });
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  const get = (path: string, headers: Record<string, string> = {}) => fetch(new URL(path, relay.http), { headers });

  it.each(paths)('%s runs nothing that the relay did not serve, and tells no other host', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(200);
    const policy = response.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).not.toContain('unsafe');
    const html = (await response.text()).replaceAll(/<pre[\s\S]*?<\/pre>/g, '');
    expect(html.match(/<script(?! src="\/assets\/)|<style|\sstyle=|\son\w+=/g)).toBeNull();
  });

  it('shows the tested examples themselves, with the address of this relay', async () => {
    const html = decode(await (await get('/docs/')).text());
    for (const name of ['python/worker.py', 'node/worker.mjs', 'browser/commander.html', 'java/Worker.java']) {
      const source = readFileSync(join(examples, name), 'utf8')
        .replaceAll('wss://relay.example.org/ws/connect/', relay.url)
        .replaceAll('wss://relay.example.org', relay.http.replace('http', 'ws'));
      expect(html, name).toContain(source);
    }
    expect(html).toContain('UNTESTED. Carries out commands on an ESP32');
  });

  it('shows what relay_client.py says of itself, and where to get it here', async () => {
    const html = decode(await (await get('/docs/python/')).text());
    expect(html).toContain(`curl -O ${relay.http}/relay_client.py`);
    const source = await (await get('/relay_client.py')).text();
    const [, top = 'nothing'] = /^"""([\s\S]*?)"""/.exec(source) ?? [];
    expect(html).toContain(top.trimEnd());
    expect(html).toContain('max_age            seconds; an older message is refused');
  });

  it('shows the limits as this relay has them', async () => {
    const html = (await (await get('/docs/limits/')).text()).replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
    expect(html).toContain('queue_messages messages that wait for one target 77');
    expect(html).toContain('auth_deadline time for the first message 13s');
    expect(html).toContain('idle_timeout silence before the socket is closed 2m');
  });

  it('names the codes that end a connection, each with what to do after it', async () => {
    const html = (await (await get('/docs/')).text()).replaceAll(/<\/?code>/g, '');
    const codes: RelayCode[] = ['bad_message', 'missing_credentials', 'invalid_credentials', 'invalid_client_id'];
    codes.push('replaced', 'revoked', 'id_in_use', 'auth_timeout', 'too_many_connections', 'auth_throttled');
    for (const code of [...codes, 'message_too_big' as const, 'overloaded' as const]) {
      const close = closeCodeOf(code) ?? 0;
      const row = new RegExp(`<td>${code}</td>\\s*<td>${close}[^<]*</td>\\s*<td>[^<]*</td>\\s*<td>([^<]*)</td>`);
      const rule = row.exec(html)?.[1];
      const expected = { never: /^no$/, backoff: /^with backoff$/, slow: /^every 5 to 15|^like invalid_credentials/ };
      expect(rule, code).toMatch(expected[reconnectRule(close)]);
    }
  });

  it('names no request of the HTTP side that there is not', async () => {
    const text = decode((await (await get('/docs/http/')).text()).replaceAll(/<[^>]*>/g, ' '));
    const requests = [...text.matchAll(/\b(GET|POST|PATCH|DELETE) +(\/[A-Za-z_./]+)/g)];
    expect(requests.length).toBeGreaterThan(20);
    for (const [, method = '', path = ''] of requests) {
      const response = await fetch(new URL(path, relay.http), { method });
      // A path that is none says what there is not; one that is there says who may ask.
      expect(await response.text(), `${method} ${path}`).not.toContain(`there is no ${method}`);
    }
  });

  it('is small on the way, and asked for again only when it has changed', async () => {
    const first = await get('/assets/docs.js');
    expect(first.headers.get('content-encoding')).toBe('gzip');
    expect(await first.text()).toContain('tablist');
    const plain = await get('/assets/docs.js', { 'accept-encoding': 'identity' });
    expect(plain.headers.get('content-encoding')).toBeNull();
    const again = await get('/assets/docs.js', { 'if-none-match': first.headers.get('etag') ?? '' });
    expect(again.status).toBe(304);
  });

  it('writes no Host into a page or a program that is none', async () => {
    for (const path of ['/docs/', '/relay_client.py']) {
      const request = httpRequest(new URL(path, relay.http), { headers: { host: 'evil"><script>' } });
      request.end();
      const [answer] = await once(request, 'response');
      expect(answer.statusCode).toBe(400);
      answer.resume();
    }
  });

  it('serves no other file', async () => {
    for (const path of ['/assets/', '/assets/../main.js', '/assets/%2e%2e/main.js', '/assets/relay_client.py']) {
      expect((await get(path)).status, path).toBe(404);
    }
  });

  describe.runIf(hasTool('chromium'))('in a browser', () => {
    it('has a tab for each language, by mouse and by keys, and remembers the last one', async () => {
      await using browser = await startBrowser();
      const page = await browser.newPage();
      await page.goto(`${relay.http}/docs/`);
      const worker = page.getByRole('tablist', { name: 'Language of the worker' });
      const shown = page.locator('#worker-python');
      await shown.waitFor({ state: 'visible' });
      await worker.getByRole('tab', { name: 'Java' }).click();
      await shown.waitFor({ state: 'hidden' });
      await page.locator('#worker-java').getByText('public class Worker').waitFor();
      await page.locator('#commander-java').getByText('public class Commander').waitFor();
      await page.keyboard.press('ArrowRight');
      await page.locator('#worker-bash').waitFor({ state: 'visible' });
      await page.reload();
      await page.locator('#worker-bash').waitFor({ state: 'visible' });
    });

    it.each(paths)('axe-core finds nothing serious on %s, light, dark and as narrow as a phone', async (path) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await using browser = await startBrowser({ colorScheme, viewport: { width: 390, height: 844 } });
        const page = await browser.newPage();
        const complaints: string[] = [];
        page.on('console', (message) => complaints.push(message.text()));
        await page.goto(`${relay.http}${path}`);
        expect(await findBarriers(page)).toEqual([]);
        expect(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
        expect(complaints).toEqual([]);
      }
    });
  });
});
