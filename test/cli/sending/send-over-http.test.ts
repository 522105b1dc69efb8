import { describe, expect, it } from 'vitest';
import { sendOverHttp } from '../../../src/cli/sending/send-over-http.ts';
import type { SendRequest } from '../../../src/cli/sending/send-request.ts';
import { RelayHttpError, RelayUnreachableError } from '../../../src/client/errors.ts';
import type { SendMessageOptions } from '../../../src/client/http.ts';
import type { MessageAnswer } from '../../../src/client/http-types.ts';

const request: SendRequest = {
  targets: ['gate'],
  payloads: ['{"n":1.0}'],
  wait: 'queued',
  timeoutMs: 5_000,
  ttlMs: undefined,
  replyTo: undefined,
  interrupted: new Promise<void>(() => undefined),
};

async function send(change: Partial<SendRequest>, answer: MessageAnswer['status'] | Error) {
  const asked: { readonly json: string; readonly options: SendMessageOptions | undefined }[] = [];
  const http = {
    async sendMessage(json: string, options?: SendMessageOptions): Promise<MessageAnswer> {
      asked.push({ json, options });
      if (answer instanceof Error) throw answer;
      return { status: answer, target: 'gate' };
    },
  };
  const { results } = await sendOverHttp(http, { ...request, ...change });
  return { asked, result: results[0] };
}

describe('sending over HTTP', () => {
  it('adds the fields of the way and touches nothing else', async () => {
    const { asked, result } = await send({ ttlMs: 2_500, replyTo: 'me', wait: 'delivered' }, 'delivered');
    expect(asked).toEqual([
      { json: '{"n":1.0,"target":"gate","_ttl":2,"sender":"me"}', options: { timeoutMs: 5_000, wait: 'delivered' } },
    ]);
    expect(result).toMatchObject({ status: 'delivered' });
  });

  it('is done with the word that was waited for, and late with less', async () => {
    expect((await send({}, 'queued')).result).toMatchObject({ status: 'queued' });
    expect((await send({}, 'sent')).result).toMatchObject({ code: 'timeout', fate: 'may still run' });
    expect((await send({ wait: 'sent' }, 'sent')).result).toMatchObject({ status: 'sent' });
    expect((await send({ wait: 'delivered' }, 'queued')).result).toMatchObject({ code: 'timeout' });
    expect((await send({ wait: 'delivered' }, 'expired')).result).toMatchObject({ code: 'expired', fate: 'cancelled' });
  });

  it('says that it may still run where it may have left and nobody answered, and where it was handed over in vain', async () => {
    const fateOf = async (error: Error) => (await send({}, error)).result?.fate;
    expect(await fateOf(new RelayUnreachableError('network', 'hung up'))).toBe('may still run');
    expect(await fateOf(new RelayUnreachableError('connection_refused', 'nothing listens'))).toBeUndefined();
    expect(await fateOf(new RelayHttpError(409, 'unconfirmed', 'it had it, or not'))).toBe('may still run');
    expect(await fateOf(new RelayHttpError(409, 'queue_full', 'full'))).toBeUndefined();
  });

  it('says what it can still do when it is interrupted, and sends no more', async () => {
    const interruption = Promise.withResolvers<void>();
    const asked: string[] = [];
    const http = {
      sendMessage(json: string): Promise<MessageAnswer> {
        asked.push(json);
        if (asked.length === 1) return Promise.resolve({ status: 'queued', target: 'gate' });
        interruption.resolve();
        return new Promise(() => undefined);
      },
    };
    const payloads = ['{"n":1}', '{"n":2}', '{"n":3}'];
    const { results } = await sendOverHttp(http, { ...request, payloads, interrupted: interruption.promise });
    expect(results).toMatchObject([
      {
        code: 'interrupted',
        fate: 'may still run',
        messages: 2,
        queued: 1,
        failed: 1,
        message: expect.stringContaining('may still run'),
      },
    ]);
    expect(asked).toHaveLength(2);
  });

  it('counts a refusal of the message, and ends at one of the token', async () => {
    const full = new RelayHttpError(409, 'queue_full', 'gate: 50 wait already');
    expect((await send({}, full)).result).toMatchObject({ status: 'error', code: 'queue_full' });
    const away = new RelayUnreachableError('timeout', 'no answer');
    expect((await send({}, away)).result).toMatchObject({ code: 'connection_lost' });
    await expect(send({}, new RelayHttpError(401, 'invalid_credentials', 'no'))).rejects.toThrow('no');
    expect((await send({ payloads: ['{"target":"x"}'] }, 'queued')).result).toMatchObject({ code: 'invalid_payload' });
  });
});
