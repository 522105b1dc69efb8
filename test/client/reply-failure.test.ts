import { describe, expect, it } from 'vitest';
import { reportsFailure } from '../../src/client/reply-failure.ts';

describe('a reply', () => {
  it.each([
    { ok: false },
    { error: 'stuck' },
    { ok: true, error: { code: 7 } },
    { output: '', exit: 2 },
    { status: 'error' },
  ])('reports a failure: %j', (payload) => {
    expect(reportsFailure(payload)).toBe(true);
  });

  it.each([
    {},
    { ok: true, error: null },
    { error: false },
    { error: '' },
    { exit: 0 },
    { exit: 'north' },
    { status: 'open' },
    { ok: 0 },
  ])('reports none: %j', (payload) => {
    expect(reportsFailure(payload)).toBe(false);
  });
});
