import { describe, expect, it } from 'vitest';
import { debianPython, hasTool } from '../../tools.ts';
import { startServe } from '../built-relay.ts';
import { openRoom, settle } from '../contract/test-room.ts';
import { startWorker, type WorkerProcess } from './worker-process.ts';

/**
 * FAULTS 15 and PROTOCOL A4: common clients answer pings on the thread that runs the user's handler, and a job of a minute is
 * not a death. Jobs of a minute with the limits of part D, about fourteen times as fast: one job is longer than
 * `silent_after`, two are longer than `idle_timeout`.
 */
const limits = { ping_after: '1s', silent_after: '2500ms', idle_timeout: '8s' };
const secondsPerMessage = '4.5';

/** Expects these jobs to be done next, in this order, on one and the same session. */
async function expectJobs(worker: WorkerProcess, ...numbers: readonly number[]): Promise<void> {
  for (const n of numbers) expect(await worker.nextEvent()).toEqual({ event: 'handled', n });
}

describe('a websocket-client worker whose on_message takes longer than silent_after and says nothing', () => {
  it.runIf(hasTool('python3-websocket'))(
    'keeps its session and gets every message once, waiting ones and live ones',
    { timeout: 120_000 },
    async () => {
      await using relay = await startServe({ limits });
      const room = await openRoom(relay);
      await using commander = await room.controller('commander');
      const token = await room.token('worker');
      const command = (n: number) => commander.sendJson({ target: 'worker', n });
      command(0);
      command(1);
      await room.untilWaiting('worker', 2);

      await using worker = startWorker(debianPython, 'websocket_client_worker.py', [
        relay.url,
        token,
        secondsPerMessage,
      ]);
      expect(await worker.nextEvent()).toEqual({ event: 'authenticated', client_id: 'worker' });
      await expectJobs(worker, 0, 1);
      await room.untilWaiting('worker', 0);
      expect(await room.presence('worker')).toEqual({ worker: 'online' });

      command(2);
      command(3);
      // Deep in its job it is silent, and what comes for it waits; it is not closed for that.
      await room.untilPresence('worker', 'offline');
      command(4);
      await expectJobs(worker, 2, 3, 4);
      await room.untilWaiting('worker', 0);
      expect(await room.presence('worker')).toEqual({ worker: 'online' });
      await settle(commander);
    },
  );
});
