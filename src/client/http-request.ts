/** One HTTP request to a relay, its answer checked and its failures in words. */
import type { Dispatcher } from 'undici';
import { isObject } from '../protocol/messages.ts';
import { AnswerError, type Reader } from './answer.ts';
import { RelayHttpError, RelayUnreachableError } from './errors.ts';
import { describeNetworkProblem, isNetworkError } from './network-problem.ts';

/** What a request may have beside its path. */
export interface RequestExtras {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** The text of a body that is JSON already and is sent as it is. */
  readonly json?: string;
  /** How long the relay may think, in milliseconds, beside the time for any request. */
  readonly waitMs?: number;
  /** A status beside those of success whose body is an answer, too. */
  readonly alsoStatus?: number;
}

export interface Requester {
  /** Rejects with `RelayHttpError` or `RelayUnreachableError`. */
  request<Value>(
    method: Dispatcher.HttpMethod,
    path: string,
    reader: Reader<Value>,
    extras?: RequestExtras,
  ): Promise<Value>;
  close(): Promise<void>;
}

interface RequesterOptions {
  /** Where the paths begin, `https://host` with a path prefix where there is one. */
  readonly base: string;
  readonly key: string | undefined;
  readonly ca: string | undefined;
  readonly timeoutMs: number;
}

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly text: string;
}

async function loadAgent(options: RequesterOptions): Promise<Dispatcher> {
  const { openAgent } = await import('./http-agent.ts');
  return openAgent(options);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notARelay(host: string, answer: Answer): RelayUnreachableError {
  const message =
    answer.location === undefined
      ? `${host} answers, but not as a relay does (HTTP ${answer.status}); is the address right?`
      : `${host} redirects to ${answer.location}; use that address`;
  return new RelayUnreachableError('not_a_relay', message);
}

function readAnswer<Value>(host: string, answer: Answer, reader: Reader<Value>, alsoStatus?: number): Value {
  const value = parse(answer.text);
  if (isObject(value) && value.status === 'error' && typeof value.code === 'string') {
    const message = typeof value.message === 'string' ? value.message : value.code;
    throw new RelayHttpError(answer.status, value.code, message);
  }
  const isSuccess = (answer.status >= 200 && answer.status <= 299) || answer.status === alsoStatus;
  if (!isSuccess || value === undefined) throw notARelay(host, answer);
  try {
    return reader(value, '');
  } catch (error) {
    if (!(error instanceof AnswerError)) throw error;
    throw new RelayUnreachableError('not_a_relay', `${host} answers, but not as a relay does: ${error.message}`, error);
  }
}

function checkKey(key: string | undefined): void {
  // The key itself is in no message. A line break in it would be a header of its own.
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key)) {
    throw new RelayHttpError(401, 'invalid_credentials', 'the key is empty or has characters that no key has');
  }
}

export function createRequester(options: RequesterOptions): Requester {
  const { origin, host, pathname } = new URL(options.base);
  const prefix = pathname === '/' ? '' : pathname;
  let agent: Promise<Dispatcher> | undefined;

  async function fetchAnswer(method: Dispatcher.HttpMethod, path: string, extras: RequestExtras): Promise<Answer> {
    const body = extras.json ?? (extras.body === undefined ? null : JSON.stringify(extras.body));
    agent ??= loadAgent(options);
    const response = await (await agent).request({
      origin,
      method,
      path: prefix + path,
      headers: {
        accept: 'application/json',
        ...(options.key === undefined ? {} : { authorization: `Bearer ${options.key}` }),
        ...(body === null ? {} : { 'content-type': 'application/json' }),
      },
      body,
      signal: AbortSignal.timeout(options.timeoutMs + (extras.waitMs ?? 0)),
    });
    const { location } = response.headers;
    return {
      status: response.statusCode,
      location: typeof location === 'string' ? location : undefined,
      text: await response.body.text(),
    };
  }

  return {
    async request(method, path, reader, extras = {}) {
      checkKey(options.key);
      const answer = await fetchAnswer(method, path, extras).catch((error: unknown) => {
        if (!isNetworkError(error)) throw error;
        const { problem, message } = describeNetworkProblem(error, host);
        throw new RelayUnreachableError(problem, message, error);
      });
      return readAnswer(host, answer, reader, extras.alsoStatus);
    },
    async close() {
      await (await agent)?.destroy();
    },
  };
}
