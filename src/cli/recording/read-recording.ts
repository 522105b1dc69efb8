import { createReadStream } from 'node:fs';
import { CommandError, exitCodes, usageError } from '../exit-codes.ts';
import { readLines } from '../lines.ts';
import { type RecordedMessage, readRecordLine } from './recorded-message.ts';

/** The messages of a recording, in order. Throws at the first line that is none. */
export async function* readRecording(path: string): AsyncGenerator<RecordedMessage> {
  let number = 0;
  try {
    for await (const line of readLines(createReadStream(path), path)) {
      number += 1;
      if (line.trim() === '') continue;
      const message = readRecordLine(line);
      if ('problem' in message) throw usageError(`line ${number} of ${path} ${message.problem}`);
      yield message;
    }
  } catch (error) {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new CommandError(exitCodes.failed, `${path} cannot be read: ${error.message}`);
  }
}

export interface RecordingSummary {
  readonly messages: number;
  /** From its first message to its last. */
  readonly durationMs: number;
  /** How many messages each target has. */
  readonly targets: ReadonlyMap<string, number>;
}

/** Reads the whole recording once, so that nothing is sent of one that is broken. */
export async function summarize(path: string): Promise<RecordingSummary> {
  const targets = new Map<string, number>();
  let messages = 0;
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = 0;
  for await (const { ms, target } of readRecording(path)) {
    messages += 1;
    firstMs = Math.min(firstMs, ms);
    lastMs = Math.max(lastMs, ms);
    targets.set(target, (targets.get(target) ?? 0) + 1);
  }
  return { messages, durationMs: Math.max(0, lastMs - firstMs), targets };
}
