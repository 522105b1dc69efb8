/** A script at night: it calls the gate, and whatever becomes of the gate, the gate never opens after the script gave up. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runRelay, type ServedRelay, spawnRelay, startServe } from '../built-relay.ts';
import { type Gate, registerGate } from './gate.ts';
import { startPublishedRelay } from './published-relay.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let relay: ServedRelay;
let gate: Gate;
beforeAll(async () => {
  relay = await startServe();
  gate = await registerGate(relay);
});
afterAll(() => relay[Symbol.asyncDispose]());

let calls = 0;
/** The arguments of a call that no other test makes, and the number that it carries. */
function nextCall(...args: readonly string[]): { readonly n: number; readonly args: readonly string[] } {
  calls += 1;
  return { n: calls, args: ['call', '-t', 'gate', 'cmd=open', `n:=${calls}`, ...args] };
}

const call = (args: readonly string[], env: object = {}) => runRelay(args, { env: { ...relay.env, ...env } });

/** The gate is back: what the script gave up does not open it; a new command does. */
async function expectNothingWaits(): Promise<void> {
  await using back = await gate.connect();
  const { n, args } = nextCall();
  const again = call(args);
  const command = await back.nextCommand();
  expect(command.n).toBe(n);
  back.reply(command, { _re: command._id, ok: true });
  expect((await again).code).toBe(0);
}

describe('relay call', () => {
  it('prints the reply of a gate that is there, and exits 0', async () => {
    await using there = await gate.connect();
    const { args } = nextCall();
    const calling = call(args);
    const command = await there.nextCommand();
    expect(command).toMatchObject({ cmd: 'open', target: 'gate', sender: expect.stringMatching(/^cli-/) });
    there.reply(command, { _re: 'another', ok: false });
    there.reply(command, { _re: command._id, ok: true, position: 1 });
    const { code, stdout, stderr } = await calling;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ _re: command._id, ok: true, position: 1, _from: 'gate' });
  });

  it('exits 1 when the reply reports that the command failed, and prints it', async () => {
    await using failing = await gate.connect();
    const calling = call(nextCall().args);
    const command = await failing.nextCommand();
    failing.reply(command, { _re: command._id, ok: false, error: 'stuck' });
    const { code, stdout, stderr } = await calling;
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: 'stuck' });
    expect(stderr).toBe('gate reports that the command failed\n');
  });

  it('takes with --match-sender the next message of a gate that does not know _re', async () => {
    await using plain = await gate.connect();
    const calling = call(nextCall('--match-sender').args);
    plain.reply(await plain.nextCommand(), { state: 'open' });
    const { code, stdout } = await calling;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'open' });
  });

  it('waits for a gate that comes in time', async () => {
    const calling = call(nextCall('--timeout', '30s').args);
    await gate.untilWaiting(1);
    await using coming = await gate.connect();
    const command = await coming.nextCommand();
    expect(command._offline_queued).toBe(true);
    coming.reply(command, { _re: command._id, ok: true });
    expect((await calling).code).toBe(0);
  });
});

describe('relay call of a gate that is offline', () => {
  it('exits 6 and has cancelled it: it will not run', async () => {
    const { n, args } = nextCall('--timeout', '1s');
    const { code, stdout, stderr } = await call(args);
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' });
    expect(stderr).toMatch(/^gate: .*cancelled, it will not run\n$/);
    await expectNothingWaits();
    expect(gate.openedBy).not.toContain(n);
  });

  it('exits 5 at once with --no-queue', async () => {
    const { n, args } = nextCall('--no-queue', '--timeout', '1h');
    const { code, stdout } = await call([...args, '--json']);
    expect(code).toBe(5);
    expect(JSON.parse(stdout)).toMatchObject({ target: 'gate', status: 'error', code: 'target_offline' });
    await expectNothingWaits();
    expect(gate.openedBy).not.toContain(n);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('cancels it on %s, and says so', async (signal, code) => {
    const { n, args } = nextCall('--timeout', '1h', '--json');
    await using calling = spawnRelay(args, { env: relay.env });
    await gate.untilWaiting(1);
    calling.kill(signal);
    const { stdout, ...exit } = await calling.exited;
    expect(exit.code).toBe(code);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'error', code: 'interrupted', fate: 'cancelled' });
    await expectNothingWaits();
    expect(gate.openedBy).not.toContain(n);
  });
});

describe('relay call of a gate that is slow, or dies in between', () => {
  it('exits 6 when the gate has it and does not answer: it may still run', async () => {
    await using slow = await gate.connect();
    const calling = call(nextCall('--timeout', '1s').args);
    await slow.nextCommand();
    const { code, stderr } = await calling;
    expect(code).toBe(6);
    expect(stderr).toBe('gate: no reply within 1s: it may still run\n');
  });

  it('exits 5 when the gate dies before it has proven to have read it: it may still run', async () => {
    const dying = await gate.connect({ answersPings: false });
    const calling = call(nextCall('--timeout', '1h', '--json').args);
    await dying.nextCommand();
    await dying.die();
    const { code, stdout } = await calling;
    expect(code).toBe(5);
    expect(JSON.parse(stdout)).toMatchObject({ code: 'unconfirmed', fate: 'may still run' });
    await expectNothingWaits();
  });

  it('exits 6 when the gate dies after it has read it: it may still run, and does not come again', async () => {
    const dying = await gate.connect();
    const calling = call(nextCall('--timeout', '1s').args);
    await dying.nextCommand();
    await gate.untilProven();
    await dying.die();
    const { code, stderr } = await calling;
    expect({ code, stderr }).toEqual({ code: 6, stderr: 'gate: no reply within 1s: it may still run\n' });
    await expectNothingWaits();
  });

  it('says the same when the time of what was handed over once without proof is over', async () => {
    const { n, args } = nextCall('--timeout', '2s');
    await using calling = spawnRelay(args, { env: relay.env });
    await gate.untilWaiting(1);
    const dying = await gate.connect({ answersPings: false });
    await dying.nextCommand();
    await dying.die();
    const { code, stderr } = await calling.exited;
    expect({ code, stderr }).toEqual({ code: 6, stderr: 'gate: no reply within 2s: it may still run\n' });
    await expectNothingWaits();
    expect(gate.openedBy.filter((opened) => opened === n)).toEqual([n]);
  });

  it('is not sure of what was handed over once and waits again, but lets it not come again', async () => {
    await using calling = spawnRelay(nextCall('--timeout', '1h', '--json').args, { env: relay.env });
    await gate.untilWaiting(1);
    const dying = await gate.connect({ answersPings: false });
    await dying.nextCommand();
    await dying.die();
    calling.kill('SIGINT');
    const { code, stdout } = await calling.exited;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ code: 'interrupted', fate: 'may still run' });
    await expectNothingWaits();
  });
});

describe('relay call that is refused', () => {
  it('exits 5 for a target that the room has never seen, with the one that was meant', async () => {
    const { code, stdout, stderr } = await call(['call', '-t', 'gaet', 'cmd=open']);
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    expect(stderr).toContain('did you mean "gate"?');
  });

  it('exits 1 at a relay that cannot take it back, before anything is sent', async () => {
    await using server = await startPublishedRelay();
    const { code, stderr } = await call(['call', '-t', 'gate', 'cmd=open'], { RELAY_URL: server.url });
    expect(code).toBe(1);
    expect(stderr).toContain('nothing was sent');
    expect(server.received.filter((text) => text.includes('open'))).toEqual([]);
  });

  it('exits 2 for what was written wrong, 3 for a wrong key and 4 where nobody listens', async () => {
    const wrong = [
      { args: ['{"sender":"me"}'], says: 'leave the sender out' },
      { args: ['{"target":"pump"}'], says: '"pump"' },
      { args: ['a=1', '--timeout', '5'], says: 'with its unit' },
      { args: ['a=1', '--no-queue', '--ttl', '5s'], says: 'contradict' },
    ];
    for (const { args, says } of wrong) {
      const { code, stderr } = await call(['call', '-t', 'gate', ...args]);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(says) });
    }
    expect((await call(['call', '-t', 'gate', 'a=1'], { RELAY_AUTH_KEY: 'wrong' })).code).toBe(3);
    expect((await call(['call', '-t', 'gate', 'a=1'], { RELAY_URL: 'ws://127.0.0.1:1' })).code).toBe(4);
  });
});
