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
  /**
   * Asks for an answer of this content type and gives it piece by piece. Rejects as `request` does; with `signal` it can be
   * ended before.
   */
  download(method: Dispatcher.HttpMethod, path: string, options: DownloadOptions): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

interface DownloadOptions {
  readonly contentType: string;
  readonly signal?: AbortSignal | undefined;
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

async function loadAgent(options: RequesterOptions, isForStreams: boolean): Promise<Dispatcher> {
  const { openAgent } = await import('./http-agent.ts');
  return openAgent({ ...options, isForStreams });
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

function locationIn({ location }: Dispatcher.ResponseData['headers']): string | undefined {
  return typeof location === 'string' ? location : undefined;
}

/** The error that an answer says; undefined when it says none. */
function refusalIn(value: unknown, status: number): RelayHttpError | undefined {
  if (!isObject(value) || value.status !== 'error' || typeof value.code !== 'string') return undefined;
  return new RelayHttpError(status, value.code, typeof value.message === 'string' ? value.message : value.code);
}

/** What an answer means that is not the one that was asked for. */
function readFailure(host: string, answer: Answer): Error {
  return refusalIn(parse(answer.text), answer.status) ?? notARelay(host, answer);
}

function readAnswer<Value>(host: string, answer: Answer, reader: Reader<Value>, alsoStatus?: number): Value {
  const value = parse(answer.text);
  const refusal = refusalIn(value, answer.status);
  if (refusal !== undefined) throw refusal;
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
  const authorization = options.key === undefined ? {} : { authorization: `Bearer ${options.key}` };
  let agent: Promise<Dispatcher> | undefined;
  let streamAgent: Promise<Dispatcher> | undefined;

  function explain(error: unknown): unknown {
    const isSaid = error instanceof RelayHttpError || error instanceof RelayUnreachableError;
    if (isSaid || !isNetworkError(error)) return error;
    const { problem, message } = describeNetworkProblem(error, host);
    return new RelayUnreachableError(problem, message, error);
  }

  async function fetchAnswer(method: Dispatcher.HttpMethod, path: string, extras: RequestExtras): Promise<Answer> {
    const body = extras.json ?? (extras.body === undefined ? null : JSON.stringify(extras.body));
    agent ??= loadAgent(options, false);
    const response = await (await agent).request({
      origin,
      method,
      path: prefix + path,
      headers: {
        accept: 'application/json',
        ...authorization,
        ...(body === null ? {} : { 'content-type': 'application/json' }),
      },
      body,
      signal: AbortSignal.timeout(options.timeoutMs + (extras.waitMs ?? 0)),
    });
    return {
      status: response.statusCode,
      location: locationIn(response.headers),
      text: await response.body.text(),
    };
  }

  return {
    async request(method, path, reader, extras = {}) {
      checkKey(options.key);
      const answer = await fetchAnswer(method, path, extras).catch((error: unknown) => {
        throw explain(error);
      });
      return readAnswer(host, answer, reader, extras.alsoStatus);
    },
    async *download(method, path, { contentType, signal }) {
      checkKey(options.key);
      streamAgent ??= loadAgent(options, true);
      try {
        const response = await (await streamAgent).request({
          origin,
          method,
          path: prefix + path,
          headers: { accept: `${contentType}, application/json`, ...authorization },
          signal: signal ?? null,
        });
        if (response.statusCode !== 200 || response.headers['content-type'] !== contentType) {
          const answer = { status: response.statusCode, location: locationIn(response.headers) };
          throw readFailure(host, { ...answer, text: await response.body.text() });
        }
        yield* response.body;
      } catch (error) {
        throw explain(error);
      }
    },
    async close() {
      await (await agent)?.destroy();
      await (await streamAgent)?.destroy();
    },
  };
}
