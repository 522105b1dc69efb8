/** The HTTP side of the relay that served this page (PROTOCOL C). */
import { isObject } from '../../../protocol/messages.ts';

/** The relay refused a request, or did not answer; the message is a sentence. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface ApiRequest {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
}

/** Answers after so long are none. */
const timeoutMs = 10_000;

/** Calls the relay with this key; rejects with `ApiError`. */
export async function callApi(key: string, path: string, request: ApiRequest = {}): Promise<unknown> {
  const { method = 'GET', body } = request;
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(path, {
      method,
      // The key is the only credential; cookies there are none.
      credentials: 'omit',
      cache: 'no-store',
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    answer = await response.json();
  } catch {
    throw new ApiError(0, 'the relay does not answer');
  }
  if (response.ok) return answer;
  const message = isObject(answer) && typeof answer.message === 'string' ? answer.message : `status ${response.status}`;
  throw new ApiError(response.status, message);
}
