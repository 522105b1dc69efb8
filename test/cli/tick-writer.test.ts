import { expect, it } from 'vitest';
import { createTickWriter } from '../../src/cli/tick-writer.ts';

it('writes the lines of one tick together, in order, and at once when it is told to', async () => {
  const writes: string[] = [];
  const writer = createTickWriter({ write: (text) => writes.push(text), writableLength: 0 });
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

it('drops lines for which its reader has no room, and says how many when it has', () => {
  const writes: string[] = [];
  const stream = { write: (text: string) => writes.push(text), writableLength: 2 * 1024 * 1024 };
  const writer = createTickWriter(stream);
  for (const line of ['a\nb\n', 'c\n']) {
    writer.write(line);
    writer.flush();
  }
  expect(writes).toEqual([]);
  stream.writableLength = 0;
  writer.write('d\n');
  writer.flush();
  const [dropped = '', next] = writes.join('').split('\n');
  expect(JSON.parse(dropped)).toMatchObject({ level: 40, lines: 3 });
  expect(next).toBe('d');
});
