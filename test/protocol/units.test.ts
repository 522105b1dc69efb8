import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, formatSize, parseDurationMs, parseSizeBytes } from '../../src/protocol/units.ts';

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['5s', 5_000],
    ['2m', 120_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['1.5h', 5_400_000],
    ['0.1s', 100],
    ['0s', 0],
    [' 5s ', 5_000],
  ])('%s are %d ms', (text, durationMs) => expect(parseDurationMs(text)).toBe(durationMs));

  it.each(['5', '', 's', '5 s', '5S', '5sec', '-5s', '+5s', '1e3s', '.5s', '5.s', '5s5', '5KiB', '5constructor'])(
    '%j is none',
    (text) => expect(parseDurationMs(text)).toBeUndefined(),
  );

  it('do not silently become nothing, or more than a number holds', () => {
    expect(parseDurationMs('0.4ms')).toBeUndefined();
    expect(parseDurationMs('99999999999999999999d')).toBeUndefined();
  });

  it.each([
    [120_000, '2m'],
    [86_400_000, '1d'],
    [35_000, '35s'],
    [1_500, '1500ms'],
    [0, '0ms'],
  ])('%d ms are written %s', (durationMs, text) => expect(formatDuration(durationMs)).toBe(text));

  it('are read as they were written', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (durationMs) => parseDurationMs(formatDuration(durationMs)) === durationMs));
  });
});

describe('sizes', () => {
  it.each([
    ['512B', 512],
    ['64KiB', 65_536],
    ['1MiB', 1_048_576],
    ['2GiB', 2_147_483_648],
    ['0.5KiB', 512],
  ])('%s are %d bytes', (text, sizeBytes) => expect(parseSizeBytes(text)).toBe(sizeBytes));

  it.each(['64', '64KB', '64kib', '64K', '64 KiB', '5s', '', '0.4B'])('%j is none', (text) => {
    expect(parseSizeBytes(text)).toBeUndefined();
  });

  it.each([
    [262_144, '256KiB'],
    [67_108_864, '64MiB'],
    [1_000, '1000B'],
    [0, '0B'],
  ])('%d bytes are written %s', (sizeBytes, text) => expect(formatSize(sizeBytes)).toBe(text));

  it('are read as they were written', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (sizeBytes) => parseSizeBytes(formatSize(sizeBytes)) === sizeBytes));
  });
});
