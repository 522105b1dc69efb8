import { Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { RequestPace } from '../../src/server/http/request-pace.ts';

const atOnce = 1000;
let nowMs: number;
let pace: RequestPace;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  nowMs = 5000;
  pace = new RequestPace(() => nowMs);
});
afterEach(() => vi.useRealTimers());

/** Asks for so many turns of one connection; how many of them have come so far. */
function ask(count: number, ip = '192.0.2.1') {
  const socket = new Socket();
  let come = 0;
  for (let n = 0; n < count; n += 1) void pace.turn({ ip, socket }).then(() => (come += 1));
  return { socket, come: () => come };
}

async function pass(ms: number): Promise<void> {
  nowMs += ms;
  await vi.advanceTimersByTimeAsync(ms);
}

it('lets as many requests of an address go on at once as others can bear, and holds the rest for half a second at most', async () => {
  const asking = ask(atOnce + 3);
  await pass(99);
  expect(asking.come()).toBe(atOnce);
  await pass(401);
  expect(asking.come()).toBe(atOnce + 3);
});

it('lets half a thousand a second go on', async () => {
  ask(atOnce);
  await pass(1000);
  const asking = ask(501);
  await pass(0);
  expect(asking.come()).toBe(500);
});

it('holds nobody for what another address asks', async () => {
  ask(atOnce + 10);
  const other = ask(10, '192.0.2.2');
  await pass(0);
  expect(other.come()).toBe(10);
});

it('does not read on a connection while any request of it waits', async () => {
  const first = ask(atOnce);
  expect(first.socket.isPaused()).toBe(false);
  const second = ask(1);
  const third = ask(300);
  expect([second.socket.isPaused(), third.socket.isPaused()]).toEqual([true, true]);
  await pass(100);
  expect([second.socket.isPaused(), third.socket.isPaused()]).toEqual([false, true]);
  await pass(400);
  expect(third.socket.isPaused()).toBe(false);
});

it('lets those that it holds go on one after the other', async () => {
  const asking = ask(atOnce + 200);
  const come: number[] = [];
  for (let n = 0; n < 4; n += 1) {
    await pass(100);
    come.push(asking.come() - atOnce);
  }
  expect(come).toEqual([1, 101, 200, 200]);
});

it('forgets addresses that are quiet', async () => {
  ask(atOnce);
  pace.forgetQuiet();
  const still = ask(1);
  await pass(2000);
  pace.forgetQuiet();
  const again = ask(atOnce);
  await pass(0);
  expect([still.come(), again.come()]).toEqual([1, atOnce]);
});
