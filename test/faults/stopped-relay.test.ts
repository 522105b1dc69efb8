/** FAULTS 15: a relay that did not run for a while, stopped by a debugger or with its machine, takes that for nobody's silence. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ServedRelay, startServe } from '../e2e/built-relay.ts';
import { openRoom, settle } from '../e2e/contract/test-room.ts';
import { until } from '../e2e/contract/until.ts';

const idleTimeoutMs = 1500;

let relay: ServedRelay;
beforeAll(async () => {
  relay = await startServe({ limits: { silent_after: '1s', ping_after: '400ms' } });
});
afterAll(() => relay[Symbol.asyncDispose]());

it('a relay that was stopped for longer than idle_timeout closes nobody and finds all online', async () => {
  const room = await openRoom(relay, { idle_timeout: `${idleTimeoutMs}ms` });
  await using worker = await room.controller('worker');
  await using sender = await room.controller('sender');
  await settle(worker);
  const stoppedAtMs = performance.now();
  relay.process.kill('SIGSTOP');
  await until('the pause is long', () => performance.now() - stoppedAtMs > 3 * idleTimeoutMs);
  sender.sendJson({ target: 'worker', sent: 'while it was stopped' });
  relay.process.kill('SIGCONT');
  expect(await worker.nextJson()).toMatchObject({ sent: 'while it was stopped' });
  await until('sweeps have passed', () => relay.process.stderr.text().includes('the relay did not run for a while'));
  sender.sendJson({ target: 'worker', sent: 'afterwards' });
  expect(await worker.nextJson()).toEqual({ target: 'worker', sent: 'afterwards' });
  await settle(sender);
  expect(await room.presence('worker', 'sender')).toEqual({ worker: 'online', sender: 'online' });
});
