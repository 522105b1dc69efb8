/** The payloads of a command line: JSON, fields, `-` for standard input, or `@file`. */
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { isField, jsonOfFields } from '../client/message-fields.ts';
import { isObject } from '../protocol/messages.ts';
import { usageError } from './exit-codes.ts';
import { readLines } from './lines.ts';

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Checks that a text is a JSON object; `what` says whose text it is. */
function checkPayload(json: string, what: string): string {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw usageError(`${what} is not JSON: ${messageOf(error)}`);
  }
  if (!isObject(value)) throw usageError(`${what} is not a JSON object: a message is {…}`);
  return json;
}

function readFilePayloads(path: string): readonly string[] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    throw usageError(`${path} cannot be read: ${messageOf(error)}`);
  }
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  // One message may be spread over lines; several are one a line.
  const isOne = lines.length < 2 || !isWholeJson(lines[0] ?? '');
  if (isOne) return [checkPayload(text.trim(), path)];
  return lines.map((line, index) => checkPayload(line.trim(), `message ${index + 1} of ${path}`));
}

function isWholeJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

async function* readStdinPayloads(stdin: Readable): AsyncGenerator<string> {
  let number = 0;
  let isEmpty = true;
  for await (const line of readLines(stdin, 'standard input')) {
    number += 1;
    const json = line.trim();
    if (json === '') continue;
    isEmpty = false;
    yield checkPayload(json, `line ${number} of standard input`);
  }
  if (isEmpty) throw usageError(`there is nothing to send: standard input is empty, and no message is given`);
}

export interface PayloadStreams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** A secret is read from standard input, so messages cannot be. */
  readonly stdinTaken: boolean;
}

/**
 * The payloads, as texts of JSON objects. What stands on the command line or in a file is checked now; lines of standard
 * input are checked as they come.
 */
export function openPayloads(
  words: readonly string[],
  streams: PayloadStreams,
): AsyncIterable<string> | readonly string[] {
  const [first, ...others] = words;
  if (first === undefined && streams.stdin.isTTY === true) {
    throw usageError(`there is nothing to send: write '{"cmd":"open"}', cmd=open, @file, or - for standard input`);
  }
  if (first === undefined || first === '-') {
    if (others.length > 0) throw usageError('- stands for all of the messages: leave out the others');
    if (streams.stdinTaken)
      throw usageError('standard input holds the key already: give the message as an argument or @file');
    return readStdinPayloads(streams.stdin);
  }
  if (words.every(isField)) return [checkPayload(jsonOfFields(words), 'the message')];
  if (others.length > 0) {
    throw usageError(
      `"${words.find((word) => !isField(word))}" is no field: give one JSON object in single quotes, or fields such as cmd=open speed:=100`,
    );
  }
  if (first.startsWith('@')) return readFilePayloads(first.slice(1));
  return [checkPayload(first, `the message ${JSON.stringify(first.slice(0, 80))}`)];
}
