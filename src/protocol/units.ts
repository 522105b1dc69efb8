/**
 * The one syntax for durations and sizes, on every command line, in every file and in every answer: `5s`, `2m`, `24h`,
 * `64KiB`. A bare number is refused, because a mistaken unit at a machine breaks it (UX "Names").
 */

const durationUnitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const sizeUnitsBytes: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

function parseWithUnit(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text.trim());
  const factor = match?.[2] === undefined || !Object.hasOwn(units, match[2]) ? undefined : units[match[2]];
  if (match?.[1] === undefined || factor === undefined) return undefined;
  const amount = Number(match[1]);
  const value = Math.round(amount * factor);
  // A limit of 0 says something else than a very small one, so that nothing may be rounded to it.
  if (value === 0 && amount !== 0) return undefined;
  return Number.isSafeInteger(value) ? value : undefined;
}

function formatWithUnit(value: number, units: Readonly<Record<string, number>>): string {
  let best = '';
  for (const [unit, factor] of Object.entries(units)) {
    if (best === '' || (value !== 0 && value % factor === 0)) best = `${value / factor}${unit}`;
  }
  return best;
}

/** Milliseconds of a duration such as `250ms`, `5s`, `2m`, `24h` or `7d`; undefined when the text is none. */
export function parseDurationMs(text: string): number | undefined {
  return parseWithUnit(text, durationUnitsMs);
}

/** The shortest exact way to write a duration: 120,000 ms are `2m`. */
export function formatDuration(durationMs: number): string {
  return formatWithUnit(durationMs, durationUnitsMs);
}

/** Bytes of a size such as `512B`, `64KiB` or `1MiB`; undefined when the text is none. */
export function parseSizeBytes(text: string): number | undefined {
  return parseWithUnit(text, sizeUnitsBytes);
}

/** The shortest exact way to write a size: 262,144 bytes are `256KiB`. */
export function formatSize(sizeBytes: number): string {
  return formatWithUnit(sizeBytes, sizeUnitsBytes);
}
