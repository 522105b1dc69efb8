/** Numbers and times as people read them. */
import { formatDuration } from '../../protocol/units.ts';

const seconds = 1000;
const minutes = 60 * seconds;
const hours = 60 * minutes;
const days = 24 * hours;

/** How long ago, in one unit: `5s`, `3m`, `2h`, `4d`. */
export function formatAge(ageMs: number): string {
  const age = Math.max(0, ageMs);
  if (age < minutes) return `${Math.floor(age / seconds)}s`;
  if (age < hours) return `${Math.floor(age / minutes)}m`;
  return age < days ? `${Math.floor(age / hours)}h` : `${Math.floor(age / days)}d`;
}

/** How long something may last, as people say it: 24h rather than 1d. */
export function formatSpan(spanMs: number): string {
  return spanMs < 2 * days && spanMs % hours === 0 && spanMs > 0 ? `${spanMs / hours}h` : formatDuration(spanMs);
}

/** 12,345 */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 message`, `12 messages`. */
export function countOf(count: number, thing: string): string {
  return `${formatCount(count)} ${thing}${count === 1 ? '' : 's'}`;
}

/** At most four characters: `999`, `1.2k`, `35k`. */
export function formatRate(perSecond: number): string {
  if (perSecond < 1000) return String(perSecond);
  return perSecond < 9950 ? `${(perSecond / 1000).toFixed(1)}k` : `${Math.round(perSecond / 1000)}k`;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

/** The time of day here: `12:03:11`, or `12:03:11.418`. */
export function formatTime(atMs: number, hasMilliseconds: boolean): string {
  const at = new Date(atMs);
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => pad(part, 2)).join(':');
  return hasMilliseconds ? `${time}.${pad(at.getMilliseconds(), 3)}` : time;
}

/** `2026-07-30`, by the clock here. */
export function formatDate(atMs: number): string {
  const at = new Date(atMs);
  return `${at.getFullYear()}-${pad(at.getMonth() + 1, 2)}-${pad(at.getDate(), 2)}`;
}

/** The time since something before, in at most eight characters: `+0.038s`, `+12.4s`, `+3m`. */
export function formatElapsed(elapsedMs: number): string {
  const elapsed = Math.max(0, elapsedMs);
  if (elapsed < 10 * seconds) return `+${(elapsed / seconds).toFixed(3)}s`;
  return elapsed < minutes ? `+${(elapsed / seconds).toFixed(1)}s` : `+${formatAge(elapsed)}`;
}

/** `2026-07-30 12:03:11.418`, by the clock here. */
export function formatMoment(atMs: number): string {
  return `${formatDate(atMs)} ${formatTime(atMs, true)}`;
}
