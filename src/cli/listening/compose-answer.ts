import type { ReceivedMessage } from '../../client/types.ts';
import { addFields } from '../../protocol/address.ts';
import { isClientId } from '../../protocol/client-id.ts';
import { isMessageId } from '../../protocol/message-id.ts';
import { isObject } from '../../protocol/messages.ts';
import { formatDuration } from '../../protocol/units.ts';
import { withoutMembers } from '../../protocol/without-members.ts';
import type { ChildResult } from './run-child.ts';

/** Who wants an answer, and to which of its messages. */
export interface Question {
  readonly asker: string;
  readonly id: string;
}

/** Only what has an `_id` and answers nothing itself is answered: two that answer each other would never end (UX). */
export function questionOf({ id, re, payload, from }: ReceivedMessage): Question | undefined {
  if (!isMessageId(id) || re !== undefined || Object.hasOwn(payload, '_re')) return undefined;
  // Where the answer is to go is the sender's word (PROTOCOL A6); who it was is the relay's.
  const asker = isClientId(payload.sender) ? payload.sender : from;
  return asker === undefined ? undefined : { asker, id };
}

export interface Answer {
  readonly json: string;
  /** Whether some of the output is not in it. */
  readonly isCut: boolean;
}

interface AnswerLimits {
  readonly bytesMax: number;
  readonly killAfterMs: number;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What a message says of its way is the answer's own, so that a command may print what it was given. */
const wayFields = ['target', 'sender', '_id', '_re', '_ttl', '_from', '_seq', '_age_ms', '_offline_queued'];

/** The object as it is with `_re` and, when the command failed and says no exit of its own, `exit`. */
function answerWith(json: string, id: string, exit: number): string | undefined {
  const own = parseObject(json);
  if (own === undefined) return undefined;
  const hasWayFields = wayFields.some((name) => Object.hasOwn(own, name));
  const bare = hasWayFields ? withoutMembers(json, wayFields) : json;
  if (bare === undefined) return undefined;
  const required = { _re: id, ...(exit === 0 || Object.hasOwn(own, 'exit') ? {} : { exit }) };
  const answer = addFields(bare, { required, defaults: {} });
  return 'problem' in answer ? undefined : answer.json;
}

/** The output as text, as much of it as the relay takes. */
function wrapOutput(id: string, result: ChildResult, { bytesMax, killAfterMs }: AnswerLimits): Answer {
  let { output, isCut } = result;
  for (;;) {
    const json = JSON.stringify({
      output,
      ...(result.exit === 0 ? {} : { exit: result.exit }),
      ...(result.isKilled ? { error: `ended after ${formatDuration(killAfterMs)}` } : {}),
      ...(isCut ? { cut: true } : {}),
      _re: id,
    });
    const bytes = Buffer.byteLength(json);
    if (bytes <= bytesMax || output === '') return { json, isCut };
    isCut = true;
    // In JSON some characters are six bytes: it may take a few rounds.
    output = output.slice(0, Math.floor(output.length * Math.min(0.9, bytesMax / bytes))).toWellFormed();
  }
}

/** What is answered to a message for which a command ran (UX `listen --exec`). */
export function composeAnswer(id: string, result: ChildResult, limits: AnswerLimits): Answer {
  const json = result.isCut || result.isKilled ? undefined : answerWith(result.output.trim(), id, result.exit);
  if (json !== undefined && Buffer.byteLength(json) <= limits.bytesMax) return { json, isCut: false };
  return wrapOutput(id, result, limits);
}
