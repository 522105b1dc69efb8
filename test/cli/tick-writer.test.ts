import { expect, it } from 'vitest';
import { createTickWriter } from '../../src/cli/tick-writer.ts';

it('writes the lines of one tick together, in order, and at once when it is told to', async () => {
  const writes: string[] = [];
  const writer = createTickWriter({ write: (text) => writes.push(text) });
  writer.write('a\n');
  writer.write('b\n');
  expect(writes).toEqual([]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(writes).toEqual(['a\nb\n']);
  writer.write('c\n');
  writer.flush();
  expect(writes).toEqual(['a\nb\n', 'c\n']);
  await new Promise((resolve) => setImmediate(resolve));
  expect(writes).toHaveLength(2);
});
