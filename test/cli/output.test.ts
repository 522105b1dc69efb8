import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { createOutput } from '../../src/cli/output.ts';

it('leaves nothing behind that waits for a reader who went away', async () => {
  // Standard output of Node goes on after its reader has left: each write says `close`, and none `drain`.
  const stdout = new Writable({ highWaterMark: 1, write: () => undefined });
  const output = createOutput({ stdout, stderr: stdout, json: true, quiet: false });
  for (let n = 0; n < 3; n++) {
    const written = output.line('{}');
    stdout.emit('close');
    await written;
  }
  expect([stdout.listenerCount('drain'), stdout.listenerCount('close')]).toEqual([0, 0]);
});
