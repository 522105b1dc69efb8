import { expect, it } from 'vitest';
import { LinkProgress } from '../../src/server/rooms/link-progress.ts';
import { FakeLink } from './fake-link.ts';

it('parts of a message are heard when it is looked at, once', () => {
  const link = new FakeLink();
  link.bytesRead = 100;
  const progress = new LinkProgress(link, 0);
  expect(progress.look(1)).toBe(false);
  link.bytesRead += 1;
  expect(progress.look(2)).toBe(true);
  expect(progress.look(3)).toBe(false);
});

it('a reader makes progress when it takes what had been waiting for it, and not when nothing was', () => {
  const link = new FakeLink();
  const progress = new LinkProgress(link, 0);
  link.bytesTaken = 10;
  progress.look(1);
  expect(progress.takenAtMs).toBe(0);
  link.unsentBytes = 10;
  progress.look(2);
  link.bytesTaken = 15;
  progress.look(3);
  expect(progress.takenAtMs).toBe(3);
  progress.look(4);
  expect(progress.takenAtMs).toBe(3);
});
