import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { debianPython, hasTool } from '../../tools.ts';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { callApiOk } from '../contract/http-api.ts';
import { openRoom } from '../contract/test-room.ts';
import { downloadClient } from '../python-client/python-client.ts';
import { spawnWatched } from '../watched-process.ts';
import { openDashboard, rowOf } from './dashboard-page.ts';

/** So long after a change the page may show the old state. */
const flipMs = 1000;

describe.runIf(hasTool('chromium'))('the dashboard at /', () => {
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe();
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  it('shows within a second who comes and who goes', async () => {
    const room = await openRoom(relay);
    await room.token('gate');
    await using dashboard = await openDashboard(relay);
    const { page } = dashboard;
    await dashboard.logIn(room.authKey);
    await rowOf(page, 'gate', 'offline').waitFor();
    for (let times = 0; times < 3; times++) {
      const gate = await room.device('gate');
      await rowOf(page, 'gate', 'online').waitFor({ timeout: flipMs });
      gate.destroy();
      await room.untilPresence('gate', 'offline');
      await rowOf(page, 'gate', 'offline').waitFor({ timeout: flipMs });
    }
    expect(dashboard.complaints).toEqual([]);
    expect([...dashboard.hosts]).toEqual([new URL(relay.http).host]);
  });

  it('sends to the marked device, shows what becomes of it, and addresses nobody afterwards', async () => {
    const room = await openRoom(relay);
    await using gate = await room.device('gate');
    await using dashboard = await openDashboard(relay);
    const { page } = dashboard;
    await dashboard.logIn(room.authKey);
    const own = await dashboard.clientId();
    await page.getByLabel('JSON object').fill('{"cmd":"open","n":12345678901234567890}');
    const send = page.getByRole('button', { name: 'Send', exact: true });
    await send.click();
    await page.getByRole('alert').filter({ hasText: 'nobody is marked' }).waitFor();
    await page.getByLabel('Send to gate').check();
    await send.click();
    const text = await gate.nextText();
    expect(text).toContain('{"cmd":"open","n":12345678901234567890,"target":"gate"');
    await page.getByRole('log').getByText('delivered').waitFor();
    gate.sendJson({ target: own, sender: 'gate', _re: JSON.parse(text)._id, state: 'opened' });
    await page.getByRole('log').getByText('replied').waitFor();
    await page.getByRole('log').getByText('"state":"opened"').waitFor();
    expect(await page.getByLabel('Send to gate').isChecked()).toBe(false);
    expect(await page.getByLabel('JSON object').inputValue()).toBe('');
  });

  it('names every target, and asks before more than one', async () => {
    const room = await openRoom(relay);
    await using gate = await room.device('gate');
    await room.token('pump');
    await using dashboard = await openDashboard(relay);
    const { page } = dashboard;
    await dashboard.logIn(room.authKey);
    await page.getByLabel('Send to gate').check();
    await page.getByLabel('Send to pump').check();
    // What is filtered away in the list stays addressed, and stays named.
    await page.getByLabel('Filter devices').fill('nobody');
    await page.getByLabel('JSON object').fill('{"cmd":"stop"}');
    await page.getByLabel('JSON object').press('Control+Enter');
    const dialog = page.getByRole('dialog', { name: 'Send to 2 devices?' });
    expect(await dialog.getByRole('listitem').allInnerTexts()).toEqual([
      'gate: online',
      'pump: offline, it waits up to 1d',
    ]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await page.getByRole('log').getByRole('listitem').count()).toBe(0);
    await page.getByLabel('JSON object').press('Control+Enter');
    await dialog.getByRole('button', { name: 'Send to 2 devices' }).click();
    expect(await gate.nextJson()).toMatchObject({ cmd: 'stop' });
    await page.getByRole('log').getByText('queued').waitFor();
  });

  it('hands over now or not at all where that is wanted', async () => {
    const room = await openRoom(relay);
    await room.token('pump');
    await using dashboard = await openDashboard(relay);
    const { page } = dashboard;
    await dashboard.logIn(room.authKey);
    await page.getByLabel('Send to pump').check();
    await page.getByLabel('JSON object').fill('{"cmd":"fill"}');
    await page.getByLabel('Now or not at all').check();
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('log').getByText('refused:').waitFor();
    expect(await room.waiting('pump')).toBe(0);
  });

  it('looks into what waits, and takes it back, one by one or all', async () => {
    const room = await openRoom(relay);
    await room.token('pump');
    await using desk = await room.controller('desk');
    for (let n = 0; n < 3; n++) desk.sendJson({ target: 'pump', sender: 'desk', n });
    await room.untilWaiting('pump', 3);
    await using dashboard = await openDashboard(relay);
    const { page } = dashboard;
    await dashboard.logIn(room.authKey);
    await page.getByRole('button', { name: '3 waiting for pump' }).click();
    const queue = page.getByRole('dialog', { name: 'Waiting for pump' });
    const second = queue.getByRole('listitem').filter({ hasText: '{"target":"pump","sender":"desk","n":1}' });
    await second.getByRole('button', { name: 'Take back' }).click();
    await queue.getByText('"n":1}').waitFor({ state: 'hidden' });
    await queue.getByRole('button', { name: 'Take back all 2' }).click();
    await page
      .getByRole('dialog', { name: /Take back all/ })
      .getByRole('button', { name: 'Take back all' })
      .click();
    await queue.getByText('Nothing waits').waitFor();
    expect(await room.waiting('pump')).toBe(0);
  });

  it.runIf(hasTool('python3-websocket'))('adds a device whose pasted worker comes online and obeys', async () => {
    const room = await openRoom(relay);
    await using dashboard = await openDashboard(relay);
    const { page } = dashboard;
    await dashboard.logIn(room.authKey);
    await page.getByRole('button', { name: 'Add device' }).click();
    await page.getByLabel('Client id').fill('mouse_pi');
    await page.getByRole('button', { name: 'Register' }).click();
    const worker = await dashboard.shown(/A worker to paste/);
    await page.getByRole('button', { name: 'Done' }).click();
    const folder = await downloadClient(relay);
    writeFileSync(join(folder, 'worker.py'), worker);
    await using _program = spawnWatched(debianPython, [join(folder, 'worker.py')]);
    await rowOf(page, 'mouse_pi', 'online').waitFor();
    await page.getByLabel('Send to mouse_pi').check();
    await page.getByLabel('JSON object').fill('{"cmd":"move"}');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('log').getByText('replied').waitFor();
    rmSync(folder, { recursive: true, force: true });
  });

  it('gives a device a new token, and removes it, after asking', async () => {
    const room = await openRoom(relay);
    await using gate = await room.device('gate');
    await using dashboard = await openDashboard(relay);
    const { page } = dashboard;
    await dashboard.logIn(room.authKey);
    await page.getByRole('button', { name: 'New token for gate' }).click();
    await page.getByRole('button', { name: 'Replace the token' }).click();
    const token = await dashboard.shown(/^Token$/);
    expect((await gate.closeAfterAll()).code).toBe(4010);
    expect(await callApiOk(relay, '/api/presence/?devices=gate', { key: token })).toEqual({ gate: 'offline' });
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Remove gate' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Remove gate' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove gate' }).click();
    await rowOf(page, 'gate').waitFor({ state: 'detached' });
    expect(await room.presence()).not.toHaveProperty('gate');
  });

  it('shows what a device sends and does nothing that it says', async () => {
    const room = await openRoom(relay);
    const name = '<img src=x onerror=alert(1)>';
    await using device = await room.device(name);
    await using dashboard = await openDashboard(relay);
    const { page } = dashboard;
    await dashboard.logIn(room.authKey);
    const own = await dashboard.clientId();
    device.sendText(`{"target":"${own}","html":"<b>bold</b>","bidi":"\u202egnp.exe","hidden":"a\u200bb"}`);
    const shown = page.getByRole('log').locator('pre');
    await shown.waitFor();
    expect(await shown.textContent()).toContain(
      '"html":"<b>bold</b>","bidi":"\\u{202e}gnp.exe","hidden":"a\\u{200b}b"',
    );
    await rowOf(page, name, 'online').waitFor();
    expect(dashboard.complaints).toEqual([]);
  });

  it('lets an admin key add a user, change its limits and remove it', async () => {
    await using dashboard = await openDashboard(relay);
    const { page } = dashboard;
    await dashboard.logIn(relay.bootstrap?.adminKey ?? '');
    await page.getByRole('button', { name: 'Add user' }).click();
    await page.getByLabel('Name').fill('ada');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    const key = await dashboard.shown(/^Master key$/);
    await page.getByRole('button', { name: 'Done' }).click();
    const user = { user: 'ada', limits: { queue_messages: 7 } };
    await page.getByRole('button', { name: 'Limits of ada' }).click();
    const limits = page.getByRole('dialog', { name: 'Limits of ada' });
    await limits.getByLabel('queue_messages').fill('many');
    await limits.getByRole('button', { name: 'Change' }).click();
    await limits.getByRole('alert').filter({ hasText: 'queue_messages=many' }).waitFor();
    await limits.getByLabel('queue_messages').fill('7');
    await limits.getByRole('button', { name: 'Change' }).click();
    await limits.waitFor({ state: 'detached' });
    const { users } = await callApiOk<{ users: object[] }>(relay, '/api/admin/users', {
      key: relay.bootstrap?.adminKey,
    });
    expect(users).toContainEqual(expect.objectContaining({ ...user, limits: expect.objectContaining(user.limits) }));
    // The same page, as that user.
    await page.getByText('Devices and messages').click();
    await page.getByLabel('Master key').fill(key);
    await page.getByRole('button', { name: 'Log in' }).click();
    await dashboard.clientId();
    await page.getByRole('button', { name: 'Remove ada' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove ada' }).click();
    await page.getByLabel('Key', { exact: true }).waitFor();
  });
});
