import { fstatSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Output } from '../output.ts';

/** Input that is done sooner needs no bar. */
const firstAfterMs = 500;
const everyMs = 100;
const barWidth = 24;

export interface Progress {
  /** So many messages have left, and another payload was taken from the input. */
  note(messages: number, payload: string): void;
  end(): void;
}

/** How many bytes an input has, where that is known: a list, or standard input from a file. */
export function inputBytes(payloads: AsyncIterable<string> | readonly string[], stdin: Readable): number | undefined {
  if (Array.isArray(payloads)) return payloads.reduce((sum, payload) => sum + bytesOf(payload), 0);
  if (!('fd' in stdin) || typeof stdin.fd !== 'number') return undefined;
  const stat = fstatSync(stdin.fd);
  return stat.isFile() ? stat.size : undefined;
}

/** A payload with the end of its line. */
function bytesOf(payload: string): number {
  return Buffer.byteLength(payload) + 1;
}

/** The line to show; without a total there is no bar. */
export function progressLine(messages: number, doneShare: number | undefined, elapsedMs: number): string {
  const perSecond = Math.round(messages / (elapsedMs / 1000)).toLocaleString('en');
  const counts = `${messages.toLocaleString('en')} sent, ${perSecond} a second`;
  if (doneShare === undefined) return counts;
  const share = Math.min(1, doneShare);
  const filled = Math.floor(share * barWidth);
  return `[${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}] ${Math.floor(share * 100)}%  ${counts}`;
}

/** Shows on a terminal how far a long input is. */
export function createProgress(
  output: Output,
  totalBytes: number | undefined,
  now = () => performance.now(),
): Progress {
  const startedAtMs = now();
  let shownAtMs = startedAtMs + firstAfterMs - everyMs;
  let doneBytes = 0;
  return {
    note(messages, payload) {
      doneBytes += bytesOf(payload);
      const nowMs = now();
      if (nowMs - shownAtMs < everyMs) return;
      shownAtMs = nowMs;
      const share = totalBytes === undefined || totalBytes === 0 ? undefined : doneBytes / totalBytes;
      output.progress(progressLine(messages, share, nowMs - startedAtMs));
    },
    end: () => output.progress(''),
  };
}
