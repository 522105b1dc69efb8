import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasTool } from '../../tools.ts';
import { type ServedRelay, startServe } from '../built-relay.ts';
import { openRoom } from '../contract/test-room.ts';
import { examples } from './example-programs.ts';

describe.each(examples)('the examples in $name', ({ name, needs, commander, worker }) => {
  const runIf = needs === undefined || hasTool(needs);
  let relay: ServedRelay;
  beforeAll(async () => {
    relay = await startServe();
  });
  afterAll(() => relay[Symbol.asyncDispose]());

  it.runIf(runIf)('the commander sends a command and shows what became of it', async () => {
    const room = await openRoom(relay);
    await using mouse = await room.device('mouse_pi');
    await using running = await commander(relay, room.authKey);
    const command = await mouse.nextJson();
    expect(command).toMatchObject({ target: 'mouse_pi', sender: 'my_controller', cmd: 'move', x: 10, y: 20 });
    mouse.sendJson({ target: 'my_controller', sender: 'mouse_pi', _re: command._id, ok: true, n: 77 });
    // A request over HTTP ends with the word of the relay: it has no connection for a reply.
    await running.untilShown(name === 'bash' ? /"status":"delivered"/ : /reply: .*77/);
  });

  it.runIf(runIf)('the commander leaves the command with the relay when mouse_pi is away', async () => {
    const room = await openRoom(relay);
    await room.token('mouse_pi');
    await using running = await commander(relay, room.authKey);
    await running.untilShown(/queued/);
    await using mouse = await room.device('mouse_pi');
    expect(await mouse.nextJson()).toMatchObject({ cmd: 'move', x: 10, y: 20, _offline_queued: true });
  });

  it.runIf(runIf)('the worker obeys live, and what it missed, which it sees by the flag', async () => {
    const room = await openRoom(relay);
    const token = await room.token('mouse_pi');
    await using desk = await room.controller('desk');
    const command = (n: number) => desk.sendJson({ target: 'mouse_pi', sender: 'desk', cmd: 'move', n, _id: `c-${n}` });
    const answer = (n: number) => ({ target: 'desk', sender: 'mouse_pi', _re: `c-${n}`, ok: true });

    await using first = await worker(relay, token);
    await room.untilPresence('mouse_pi', 'online');
    command(1);
    expect(await desk.nextJson()).toMatchObject(answer(1));
    await first.kill();
    await room.untilPresence('mouse_pi', 'offline');
    command(2);
    await room.untilWaiting('mouse_pi', 1);
    await using second = await worker(relay, token);
    await second.untilShown(/late, it waited/);
    expect(await desk.nextJson()).toMatchObject(answer(2));
    await room.untilWaiting('mouse_pi', 0);
  });
});
