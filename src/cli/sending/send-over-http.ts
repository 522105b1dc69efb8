/** Sending with a device token: over HTTP, so that the session of the device itself goes on (UX "Commands"). */
import { type NetworkProblem, RelayHttpError, RelayUnreachableError } from '../../client/errors.ts';
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

/** Where these stood in the way, nothing has left. */
const problemsBefore: ReadonlySet<NetworkProblem> = new Set(['name_not_found', 'connection_refused', 'certificate']);

const interruptedWord: Word = {
  status: 'error',
  code: 'interrupted',
  message: `interrupted: ${fateInWords('may still run')}`,
  fate: 'may still run',
};

/** A refusal of the message; one of the token concerns the whole command and is thrown. */
function failedWord(error: unknown): Word {
  if (error instanceof RelayHttpError && exitCodeOfError(error) !== exitCodes.refusedCredentials) {
    const { code, message } = error;
    return { status: 'error', code, message, ...(code === 'unconfirmed' ? { fate: 'may still run' } : {}) };
  }
  if (!(error instanceof RelayUnreachableError)) throw error;
  if (problemsBefore.has(error.problem)) return { status: 'error', code: 'connection_lost', message: error.message };
  const message = `no word from the relay, ${fateInWords('may still run')}: ${error.message}`;
  return { status: 'error', code: 'connection_lost', message, fate: 'may still run' };
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
  const underWay = new Set<string>();
  let isOver = false;
  let inputError: CommandError | undefined;

  async function send(target: string, payload: string): Promise<void> {
    underWay.add(target);
    const word = await sendOne(http, request, target, payload);
    if (isOver) return;
    underWay.delete(target);
    tally.note(target, word);
  }

  async function sendAll(): Promise<void> {
    let messages = 0;
    for await (const payload of payloads) {
      if (isOver) return;
      await Promise.all(targets.map((target) => send(target, payload)));
      messages += targets.length;
      request.onProgress?.(messages, payload);
    }
  }

  try {
    await Promise.race([sendAll(), request.interrupted]);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    inputError = error;
  }
  isOver = true;
  // A token cannot take back what waits.
  for (const target of underWay) tally.note(target, interruptedWord);
  return { results: tally.results(), inputError };
}
