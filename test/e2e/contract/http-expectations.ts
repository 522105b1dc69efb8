/** What answers of the HTTP side have in common (PROTOCOL C and D). */
import { expect } from 'vitest';
import type { ServedRelay } from '../built-relay.ts';
import type { RawWebSocket } from '../raw-websocket.ts';
import { type ApiRequest, callApi } from './http-api.ts';

export const isoTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
/** A key or token as it is shown, once (FAULTS "Keys"). */
export const secret = expect.stringMatching(/^rly_[a-z]+_[\w-]+_[\w-]{43}$/);

/** Expects a refusal in the contract's form and resolves with its words. */
export async function expectRefusal(
  relay: ServedRelay,
  path: string,
  request: ApiRequest,
  status: number,
  code?: string,
): Promise<string> {
  const answer = await callApi(relay, path, request);
  expect(answer).toMatchObject({ status, body: { status: 'error', message: expect.stringMatching(/.{10,}/) } });
  if (code !== undefined) expect(answer.body.code).toBe(code);
  return String(answer.body.message);
}

/** Expects that the session ends because its key, token, device or user was removed. */
export async function expectRevoked(client: RawWebSocket): Promise<void> {
  expect(await client.nextJson()).toMatchObject({ status: 'error', code: 'revoked' });
  expect((await client.nextClose()).code).toBe(4010);
  await client.gone;
}
