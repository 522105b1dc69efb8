/** HTTP servers that answer what a test says, and write down what they were asked. */
import { createServer, type RequestListener } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { expect } from 'vitest';
import { createRelayHttp, type RelayHttp } from '../../src/client/http.ts';

interface Asked {
  readonly request: string;
  readonly body: unknown;
  readonly authorization: string | undefined;
}

export async function startServer(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers each request with the next of these, and writes down what was asked. */
export async function startScript(answers: readonly (readonly [number, unknown])[]) {
  const asked: Asked[] = [];
  const server = await startServer(async (request, response) => {
    const body = await readText(request);
    const { authorization } = request.headers;
    const [status, answer] = answers[asked.length] ?? [500, {}];
    asked.push({
      request: `${request.method} ${request.url}`,
      body: body === '' ? undefined : JSON.parse(body),
      authorization,
    });
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  return { asked, ...server };
}

/** One call against one answer: what the relay was asked, and what the function gave. */
export async function ask<Value>(answer: readonly [number, unknown], call: (http: RelayHttp) => Promise<Value>) {
  await using server = await startScript([answer]);
  await using http = createRelayHttp({ url: server.url, key: 'rly_master_1_x' });
  const value = await call(http);
  const [asked] = server.asked;
  expect(asked?.authorization).toBe('Bearer rly_master_1_x');
  return { value, request: asked?.request, body: asked?.body };
}
