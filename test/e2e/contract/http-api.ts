/** The HTTP side of a relay as any program would call it (PROTOCOL C): no code of ours in between. */
import type { ServedRelay } from '../built-relay.ts';

export interface ApiRequest {
  /** A master, admin or device key for `Authorization: Bearer`; none unless said. */
  readonly key?: string | undefined;
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiAnswer<Body> {
  readonly status: number;
  readonly body: Body;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Calls `PATH` of the relay; every answer must be JSON, refusals included (PROTOCOL C). */
export async function callApi<Body = JsonObject>(
  relay: ServedRelay,
  path: string,
  request: ApiRequest = {},
): Promise<ApiAnswer<Body>> {
  const response = await fetch(new URL(path, relay.http), {
    method: request.method ?? 'GET',
    headers: {
      ...(request.key === undefined ? {} : { authorization: `Bearer ${request.key}` }),
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...request.headers,
    },
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
  });
  const contentType = response.headers.get('content-type') ?? 'none';
  const text = await response.text();
  if (!contentType.startsWith('application/json')) throw new Error(`${path} answered ${contentType}: ${text}`);
  return { status: response.status, body: JSON.parse(text) };
}

/** Calls as `callApi` does, and fails with the relay's own words where the answer is no success. */
export async function callApiOk<Body = JsonObject>(
  relay: ServedRelay,
  path: string,
  request: ApiRequest = {},
): Promise<Body> {
  const { status, body } = await callApi<Body>(relay, path, request);
  if (status >= 200 && status < 300) return body;
  throw new Error(`${request.method ?? 'GET'} ${path}: ${status} ${JSON.stringify(body)}`);
}
