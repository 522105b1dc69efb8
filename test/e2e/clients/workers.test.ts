import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { debianPython, hasTool, type ToolName } from '../../tools.ts';
import { makeTemporaryFolder, type ServedRelay, startServe } from '../built-relay.ts';
import { openRoom, roomOf, settle } from '../contract/test-room.ts';
import type { RawWebSocket } from '../raw-websocket.ts';
import { startWorker } from './worker-process.ts';

interface WorkerKind {
  readonly name: string;
  readonly needs?: ToolName;
  readonly command: string;
  readonly file: string;
}

/** Programs of four libraries that nobody here wrote; each knows PROTOCOL part A and nothing else. */
const kinds: readonly WorkerKind[] = [
  {
    name: "Debian's python3-websocket",
    needs: 'python3-websocket',
    command: debianPython,
    file: 'websocket_client_worker.py',
  },
  {
    name: "Debian's python3-websockets",
    needs: 'python3-websockets',
    command: debianPython,
    file: 'websockets_worker.py',
  },
  { name: "Node's WebSocket", command: process.execPath, file: 'node-worker.ts' },
  { name: 'java.net.http', needs: 'java', command: 'java', file: 'Worker.java' },
];

describe.each(kinds)('a worker written with $name', (kind) => {
  const runIf = kind.needs === undefined || hasTool(kind.needs);
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe();
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  const start = ({ url }: ServedRelay, token: string) => startWorker(kind.command, kind.file, [url, token]);
  const command = (n: number) => ({ target: 'worker', sender: 'commander', cmd: 'move', text: 'Grüße 🙂', n });

  function sendCommands(commander: RawWebSocket, from: number, to: number): void {
    for (let n = from; n < to; n++) commander.sendJson(command(n));
  }

  /** Expects the echo of each command in order, with the flag of the queue or without it. */
  async function expectEchoes(commander: RawWebSocket, from: number, to: number, flag: object): Promise<void> {
    for (let n = from; n < to; n++) {
      const echo = { ...command(n), ...flag };
      expect(await commander.nextJson()).toStrictEqual({ target: 'commander', sender: 'worker', echo });
    }
  }

  it.runIf(runIf)(
    'obeys live, and what it missed while it was away, once and flagged',
    { timeout: 60_000 },
    async () => {
      const room = await openRoom(relay);
      const token = await room.token('worker');
      await using commander = await room.controller('commander');

      await using first = start(relay, token);
      expect(await first.nextEvent()).toEqual({ event: 'authenticated', client_id: 'worker' });
      expect(await room.presence('worker')).toEqual({ worker: 'online' });
      sendCommands(commander, 0, 3);
      await expectEchoes(commander, 0, 3, {});

      await first.kill();
      await room.untilPresence('worker', 'offline');
      sendCommands(commander, 3, 8);
      await room.untilWaiting('worker', 5);

      await using second = start(relay, token);
      expect(await second.nextEvent()).toEqual({ event: 'authenticated', client_id: 'worker' });
      await expectEchoes(commander, 3, 8, { _offline_queued: true });
      await room.untilWaiting('worker', 0);
      sendCommands(commander, 8, 10);
      await expectEchoes(commander, 8, 10, {});
      await settle(commander);
    },
  );

  it.runIf(runIf)('comes back by itself when the relay was restarted', { timeout: 60_000 }, async () => {
    const folder = makeTemporaryFolder();
    const dataDir = join(folder, 'data');
    await using before = await startServe({ dataDir });
    const { user, authKey, token } = await openRoom(before);
    await using worker = start(before, await token('worker'));
    expect(await worker.nextEvent()).toMatchObject({ event: 'authenticated' });
    await before.stop('SIGTERM');
    expect(await worker.nextEvent()).toEqual({ event: 'closed', code: 1001 });
    await using after = await startServe({ port: before.port, dataDir });
    while ((await worker.nextEvent()).event !== 'authenticated');
    await using commander = await roomOf(after, user, authKey).controller('commander');
    sendCommands(commander, 0, 3);
    await expectEchoes(commander, 0, 3, {});
    await after.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it.runIf(runIf)('gives way to another one with its token, and does not come back', { timeout: 60_000 }, async () => {
    const room = await openRoom(relay, {});
    const token = await room.token('worker');
    await using worker = start(relay, token);
    expect(await worker.nextEvent()).toMatchObject({ event: 'authenticated' });
    await using other = await room.device('worker');
    expect(await worker.nextEvent()).toEqual({ event: 'closed', code: 4009 });
    await expect(worker.nextEvent()).rejects.toThrow('ended');
    await settle(other);
  });
});
