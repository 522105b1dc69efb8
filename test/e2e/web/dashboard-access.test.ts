import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasTool } from '../../tools.ts';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { openRoom } from '../contract/test-room.ts';
import { findBarriers } from './axe.ts';
import { openDashboard } from './dashboard-page.ts';

const zippedBytesMax = 150 * 1024;

describe('the dashboard on its way', () => {
  it('is at most 150 KB, runs nothing that the relay did not serve, and cannot be framed', async () => {
    await using relay = await startServe();
    const page = await fetch(new URL('/', relay.http));
    const policy = page.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    const html = await page.text();
    const assets = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? '');
    expect(assets).toHaveLength(3);
    const sizes = await Promise.all(
      assets.map(async (path) => {
        const response = await fetch(new URL(path, relay.http));
        expect(response.status).toBe(200);
        await response.arrayBuffer();
        return Number(response.headers.get('content-length'));
      }),
    );
    const bytes = sizes.reduce((sum, size) => sum + size, html.length);
    expect(bytes).toBeGreaterThan(1000);
    expect(bytes).toBeLessThanOrEqual(zippedBytesMax);
  });
});

describe.runIf(hasTool('chromium'))('the dashboard for everybody', () => {
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe();
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  it('is used by keys alone, from the login to the message', async () => {
    const room = await openRoom(relay);
    await using gate = await room.device('gate');
    await using dashboard = await openDashboard(relay);
    const { page } = dashboard;
    const press = async (key: string, times: number) => {
      for (let time = 0; time < times; time++) await page.keyboard.press(key);
    };
    await page.getByLabel('Key', { exact: true }).waitFor();
    await press('Tab', 1);
    await page.keyboard.type(room.authKey);
    await page.keyboard.press('Enter');
    await page.getByLabel('Send to gate').waitFor();
    const tabTo = async (label: string) => {
      const focused = page.getByLabel(label).and(page.locator(':focus'));
      for (let tabs = 0; (await focused.count()) === 0; tabs++) {
        expect(tabs, label).toBeLessThan(20);
        await press('Tab', 1);
      }
    };
    await tabTo('Send to gate');
    await press('Space', 1);
    await tabTo('JSON object');
    await page.keyboard.type('{"cmd":"open"}');
    await press('Control+Enter', 1);
    expect(await gate.nextJson()).toMatchObject({ cmd: 'open' });
  });

  it.each([
    { name: 'a desk in the light', viewport: { width: 1280, height: 900 }, colorScheme: 'light' as const },
    { name: 'a phone in the dark', viewport: { width: 390, height: 844 }, colorScheme: 'dark' as const },
  ])('axe-core finds nothing serious, and nothing is pushed out of sight: $name', async ({ viewport, colorScheme }) => {
    const room = await openRoom(relay);
    await using gate = await room.device('gate');
    await room.token('a-pump-with-a-name-that-is-as-long-as-names-of-machines-in-a-real-factory-happen-to-be');
    await using desk = await room.controller('desk');
    desk.sendJson({ target: 'a-pump-with-a-name-that-is-as-long-as-names-of-machines-in-a-real-factory-happen-to-be' });
    await using dashboard = await openDashboard(relay, { viewport, colorScheme });
    const { page } = dashboard;
    const expectAccess = async () => {
      expect(await findBarriers(page)).toEqual([]);
      expect(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    };
    await expectAccess();
    await dashboard.logIn(room.authKey);
    const own = await dashboard.clientId();
    gate.sendJson({ target: own, sender: 'gate', report: 'x'.repeat(500) });
    await page.getByRole('log').getByText('report').waitFor();
    await page.getByLabel('Send to gate').check();
    await page.getByLabel(/Send to a-pump/).check();
    await page.getByLabel('JSON object').fill('{"cmd":"stop"}');
    await expectAccess();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('dialog').waitFor();
    await expectAccess();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /waiting for a-pump/ }).click();
    await page.getByRole('button', { name: /Take back all/ }).waitFor();
    await expectAccess();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Add device' }).click();
    await page.getByLabel('Client id').fill('camera');
    await page.getByRole('button', { name: 'Register' }).click();
    await page.getByRole('region', { name: 'Token', exact: true }).waitFor();
    await expectAccess();
    await page.keyboard.press('Escape');
    await page.getByText('Users and limits').click();
    await page.getByLabel('Admin key').fill(relay.bootstrap?.adminKey ?? '');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('button', { name: 'Limits of default' }).waitFor();
    await expectAccess();
    await page.getByRole('button', { name: 'Limits of default' }).click();
    await expectAccess();
    expect(dashboard.complaints).toEqual([]);
  });
});
