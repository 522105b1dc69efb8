import { describe, expect, it } from 'vitest';
import { debianPython, hasTool } from '../../tools.ts';
import { startServe } from '../built-relay.ts';
import { openRoom, settle } from '../contract/test-room.ts';
import { startWorker } from './worker-process.ts';

/**
 * FAULTS 15 and PROTOCOL A4: common clients answer pings on the thread that runs the user's handler, and a job of a minute is
 * not a death. The same proportions as with the limits of part D, ten times as fast.
 */
const limits = { ping_after: '1500ms', silent_after: '3500ms', idle_timeout: '12s' };
const secondsPerMessage = '6';

describe('a websocket-client worker whose on_message takes longer than silent_after', () => {
  it.runIf(hasTool('python3-websocket'))(
    'keeps its session and gets every message once, waiting ones and live ones',
    { timeout: 120_000 },
    async () => {
      await using relay = await startServe({ limits });
      const room = await openRoom(relay);
      await using commander = await room.controller('commander');
      const command = (n: number) => ({ target: 'worker', sender: 'commander', n });
      const token = await room.token('worker');
      commander.sendJson(command(0));
      commander.sendJson(command(1));
      await room.untilWaiting('worker', 2);

      await using worker = startWorker(debianPython, 'websocket_client_worker.py', [
        relay.url,
        token,
        secondsPerMessage,
      ]);
      expect(await worker.nextEvent()).toEqual({ event: 'authenticated', client_id: 'worker' });
      commander.sendJson(command(2));
      // Deep in its first job it is silent, and what comes for it waits; it is not closed for that.
      await room.untilPresence('worker', 'offline');
      commander.sendJson(command(3));
      commander.sendJson(command(4));

      for (let n = 0; n < 5; n++) {
        // One job at a time: longer than the deadline of one read, so it is waited for in the queue of the commander.
        expect(await commander.nextJson()).toMatchObject({ target: 'commander', sender: 'worker', echo: { n } });
      }
      await room.untilWaiting('worker', 0);
      await settle(commander);
      expect(worker.events).toEqual([{ event: 'authenticated', client_id: 'worker' }]);
      expect(await room.presence('worker')).toEqual({ worker: 'online' });
    },
  );
});
