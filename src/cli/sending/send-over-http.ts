/** Sending with a device token: over HTTP, so that the session of the device itself goes on (UX "Commands"). */
import { RelayHttpError, RelayUnreachableError } from '../../client/errors.ts';
import type { RelayHttp } from '../../client/http.ts';
import type { MessageAnswer } from '../../client/http-types.ts';
import { addFields } from '../../protocol/address.ts';
import { formatDuration } from '../../protocol/units.ts';
import { CommandError, exitCodeOfError, exitCodes } from '../exit-codes.ts';
import { fateInWords } from './fate.ts';
import type { SendOutcome, SendRequest } from './send-request.ts';
import { createTally, type Word } from './tally.ts';

/** The relay holds no request for longer (PROTOCOL C). */
export const httpTimeoutMsMax = 60_000;

function lateWord({ wait, timeoutMs }: SendRequest): Word {
  const what = wait === 'delivered' ? 'not delivered' : 'no word from the relay';
  const message = `${what} within ${formatDuration(timeoutMs)}: ${fateInWords('may still run')}`;
  return { status: 'error', code: 'timeout', message, fate: 'may still run' };
}

function toWord({ status }: MessageAnswer, request: SendRequest): Word {
  switch (status) {
    case 'delivered':
      return { status };
    case 'queued':
      return request.wait === 'delivered' ? lateWord(request) : { status };
    case 'sent':
      return request.wait === 'sent' ? { status } : lateWord(request);
    case 'expired':
    case 'cancelled':
      return { status: 'error', code: status, message: `${status}: it will not run`, fate: 'cancelled' };
    default:
      return status satisfies never;
  }
}

/** A refusal of the message; one of the token concerns the whole command and is thrown. */
function failedWord(error: unknown): Word {
  if (error instanceof RelayHttpError && exitCodeOfError(error) !== exitCodes.refusedCredentials) {
    return { status: 'error', code: error.code, message: error.message };
  }
  if (error instanceof RelayUnreachableError) {
    return { status: 'error', code: 'connection_lost', message: error.message };
  }
  throw error;
}

async function sendOne(
  http: Pick<RelayHttp, 'sendMessage'>,
  request: SendRequest,
  target: string,
  payload: string,
): Promise<Word> {
  const { ttlMs, replyTo, wait, timeoutMs } = request;
  const extended = addFields(payload, {
    required: { target, ...(ttlMs === undefined ? {} : { _ttl: Math.floor(ttlMs / 1000) }) },
    defaults: replyTo === undefined ? {} : { sender: replyTo },
  });
  if ('problem' in extended) return { status: 'error', code: 'invalid_payload', message: extended.problem };
  try {
    const answer = await http.sendMessage(extended.json, {
      timeoutMs,
      ...(wait === 'delivered' ? { wait } : {}),
    });
    return toWord(answer, request);
  } catch (error) {
    return failedWord(error);
  }
}

/** Sends every payload to every target, one after the other to each, so that they arrive in order. */
export async function sendOverHttp(http: Pick<RelayHttp, 'sendMessage'>, request: SendRequest): Promise<SendOutcome> {
  const { targets, payloads } = request;
  const tally = createTally(targets);
  let messages = 0;
  try {
    for await (const payload of payloads) {
      await Promise.all(
        targets.map(async (target) => tally.note(target, await sendOne(http, request, target, payload))),
      );
      messages += targets.length;
      request.onProgress?.(messages, payload);
    }
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { results: tally.results(), inputError: error };
  }
  return { results: tally.results(), inputError: undefined };
}
