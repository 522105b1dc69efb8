import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { type ChildRequest, runChild } from '../../../src/cli/listening/run-child.ts';

const run = (command: string, more: Partial<ChildRequest> = {}) =>
  runChild({ command, input: '{"n":1}', killAfterMs: 60_000, outputBytesMax: 1_000, ...more });

/** Whether a process runs; one that has ended and that nobody has asked for yet does not. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}

describe('a child', () => {
  it('gets its input, and its output and exit code are told', async () => {
    expect(await run('cat').result).toMatchObject({ exit: 0, output: '{"n":1}\n', isCut: false, isKilled: false });
    expect(await run('echo no; exit 3').result).toMatchObject({ exit: 3, output: 'no\n' });
    expect(await run('kill -9 $$').result).toMatchObject({ exit: 137 });
    expect(await run('no-such-command-anywhere 2>/dev/null').result).toMatchObject({ exit: 127 });
  });

  it('may leave its input unread', async () => {
    expect(await run('exec true', { input: 'x'.repeat(1_000_000) }).result).toMatchObject({ exit: 0 });
  });

  it('goes on when it says more than is kept', async () => {
    const { exit, output, isCut } = await run('yes é | head -c 300000; exit 4').result;
    expect({ exit, isCut }).toEqual({ exit: 4, isCut: true });
    expect(output).toBe('é\n'.repeat(333));
  });

  it('is ended with all that it started when its time is over', async () => {
    const { exit, output, isKilled } = await run('sleep 1000 & echo $!; wait', { killAfterMs: 300 }).result;
    expect({ exit, isKilled }).toEqual({ exit: 143, isKilled: true });
    expect(isAlive(Number(output))).toBe(false);
  });

  it('is ended by force when it does not want to end', async () => {
    const child = run('trap "" TERM; echo started; while :; do sleep 0.05; done', { killAfterMs: 50 });
    expect(await child.result).toMatchObject({ exit: 137, isKilled: true });
  });

  it('is over when it ends, whatever it leaves running', async () => {
    const { exit, output } = await run('sleep 1000 & echo $!').result;
    expect(exit).toBe(0);
    expect(isAlive(Number(output))).toBe(true);
    process.kill(Number(output));
  });

  it('ends when it is stopped', async () => {
    const child = run('exec sleep 1000');
    child.stop();
    expect(await child.result).toMatchObject({ exit: 143, isKilled: false });
  });
});
