import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificates } from '../../client/certificates.ts';
import { hasTool } from '../../tools.ts';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { callApiOk } from '../contract/http-api.ts';
import { openRoom, roomOf } from '../contract/test-room.ts';
import { makeTemporaryFolder } from '../watched-process.ts';
import { openDashboard } from './dashboard-page.ts';

describe.runIf(hasTool('chromium'))('the dashboard: its keys and its connection', () => {
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe();
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  it('says what is wrong with a key, and keeps none of it', async () => {
    await using dashboard = await openDashboard(relay);
    const { page } = dashboard;
    await dashboard.logIn('rly_master_wrong');
    await page.getByRole('alert').filter({ hasText: 'not valid' }).waitFor();
    const room = await openRoom(relay);
    await dashboard.logIn(await room.token('gate'));
    await page.getByRole('alert').filter({ hasText: 'token of a device' }).waitFor();
    expect(page.url()).toBe(`${relay.http}/`);
    expect(await page.evaluate<number>('sessionStorage.length + localStorage.length')).toBe(0);
  });

  it('keeps the key in this tab alone, and only where that was asked for', async () => {
    const room = await openRoom(relay);
    await using dashboard = await openDashboard(relay);
    const { page } = dashboard;
    await dashboard.logIn(room.authKey);
    await dashboard.clientId();
    await page.reload();
    await page.getByLabel('Keep it in this tab').check();
    await dashboard.logIn(room.authKey);
    await dashboard.clientId();
    await page.reload();
    await dashboard.clientId();
    expect(await page.evaluate<string>('localStorage.length + document.cookie')).toBe('0');
    expect(page.url()).toBe(`${relay.http}/`);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.reload();
    await page.getByLabel('Key', { exact: true }).waitFor();
  });

  it('comes back by itself when the relay was restarted, refuses to send meanwhile, and keeps what it showed', async () => {
    await using before = await startServe();
    const room = await openRoom(before);
    await using dashboard = await openDashboard(before);
    const { page } = dashboard;
    await dashboard.logIn(room.authKey);
    const own = await dashboard.clientId();
    const desk = await room.controller('desk');
    desk.sendJson({ target: own, sender: 'desk', hello: 'before' });
    await page.getByRole('log').getByText('"hello":"before"').waitFor();
    await page.getByLabel('Send to desk').check();
    await page.getByLabel('JSON object').fill('{"n":1}');
    await before.stop('SIGKILL');
    await page
      .getByRole('status')
      .filter({ hasText: /not connected|connecting/ })
      .waitFor();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'not connected: nothing was sent' }).waitFor();
    await using after = await startServe({ dataDir: before.dataDir, port: before.port });
    const again = await dashboard.clientId();
    expect(await page.getByLabel('JSON object').inputValue()).toBe('{"n":1}');
    await using other = await roomOf(after, room.user, room.authKey).controller('other');
    other.sendJson({ target: again, sender: 'other', hello: 'after' });
    await page.getByRole('log').getByText('"hello":"after"').waitFor();
    await page.getByRole('log').getByText('"hello":"before"').waitFor();
    await after.stop();
  });

  it.runIf(hasTool('openssl'))('connects over TLS where the page came over TLS', async () => {
    const folder = makeTemporaryFolder();
    const { cert, key } = makeCertificates(['IP:127.0.0.1']);
    writeFileSync(join(folder, 'cert'), cert);
    writeFileSync(join(folder, 'key'), key);
    await using served = await startServe({
      args: ['--tls-cert', join(folder, 'cert'), '--tls-key', join(folder, 'key')],
    });
    await using dashboard = await openDashboard(served, { ignoreHTTPSErrors: true });
    await dashboard.logIn(served.bootstrap?.authKey ?? '');
    await dashboard.clientId();
    expect(dashboard.page.url()).toMatch(/^https:/);
    expect(dashboard.complaints).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('goes back to the login, saying why, when its key was revoked', async () => {
    const room = await openRoom(relay);
    const admin = relay.bootstrap?.adminKey;
    const { keys } = await callApiOk<{ keys: { key: string }[] }>(relay, `/api/admin/users/${room.user}/keys`, {
      key: admin,
    });
    await using dashboard = await openDashboard(relay);
    await dashboard.logIn(room.authKey);
    await dashboard.clientId();
    const path = `/api/admin/users/${room.user}/keys/${keys[0]?.key}`;
    await callApiOk(relay, path, { method: 'DELETE', key: admin });
    await dashboard.page.getByRole('alert').filter({ hasText: 'not valid any more' }).waitFor();
    await dashboard.page.getByLabel('Key', { exact: true }).waitFor();
  });
});
