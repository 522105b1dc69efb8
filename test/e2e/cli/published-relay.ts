import { WebSocketServer } from 'ws';

/** A server that knows part A of the contract and nothing else: no HTTP side, no extensions; it delivers to nobody. */
export interface PublishedRelay extends AsyncDisposable {
  readonly url: string;
  /** Every message behind the credentials, as it came. */
  readonly received: readonly string[];
  /** Resolves as soon as a message that fits has come. */
  waitFor(fits: (text: string) => boolean): Promise<string>;
}

export async function startPublishedRelay({ answersPings = true } = {}): Promise<PublishedRelay> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', path: '/ws/connect/' });
  const received: string[] = [];
  let waiters: { fits: (text: string) => boolean; resolve: (text: string) => void }[] = [];
  server.on('connection', (socket) => {
    let isAuthenticated = false;
    socket.on('error', () => socket.terminate());
    socket.on('message', (data) => {
      const message = JSON.parse(data.toString());
      if (!isAuthenticated) {
        isAuthenticated = true;
        socket.send(JSON.stringify({ status: 'authenticated', client_id: message.sender }));
        return;
      }
      const text = data.toString();
      received.push(text);
      for (const waiter of waiters.filter(({ fits }) => fits(text))) waiter.resolve(text);
      waiters = waiters.filter(({ fits }) => !fits(text));
      if (message.action === 'ping' && answersPings) socket.send('{"status":"pong"}');
    });
  });
  await new Promise<void>((resolve) => server.once('listening', () => resolve()));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  return {
    url: `ws://127.0.0.1:${address.port}/ws/connect/`,
    received,
    waitFor(fits) {
      const there = received.find(fits);
      if (there !== undefined) return Promise.resolve(there);
      return new Promise((resolve) => waiters.push({ fits, resolve }));
    },
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
