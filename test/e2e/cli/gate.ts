import type { ServedRelay } from '../built-relay.ts';
import { callApiOk } from '../contract/http-api.ts';
import { until } from '../contract/until.ts';
import { openRawWebSocket, type RawWebSocket } from '../raw-websocket.ts';

/** A gate, registered at a relay: it opens for every `{"cmd":"open"}` that reaches it, and the test says how it behaves. */
export interface Gate {
  /** The `n` of every command that it was opened by. */
  readonly openedBy: readonly unknown[];
  /** Connects; without `answersPings` nothing that it is sent is ever proven to have arrived. */
  connect(options?: { readonly answersPings?: boolean }): Promise<ConnectedGate>;
  /** Resolves when so many messages wait for it. */
  untilWaiting(count: number): Promise<void>;
  /** Resolves when the last message to it is proven to have been read. */
  untilProven(): Promise<void>;
}

export interface ConnectedGate extends AsyncDisposable {
  /** The next command, after the gate has opened. */
  nextCommand(): Promise<Readonly<Record<string, unknown>>>;
  reply(command: Readonly<Record<string, unknown>>, payload: object): void;
  /** Its power is cut: nothing is said any more. */
  die(): Promise<void>;
}

export async function registerGate(relay: ServedRelay, id = 'gate'): Promise<Gate> {
  const key = relay.bootstrap?.authKey ?? '';
  const openedBy: unknown[] = [];
  const path = `/api/devices/${id}`;
  const { device_token } = await callApiOk(relay, '/api/devices/', { key, method: 'POST', body: { device: id } });

  const stateIs = (state: string) =>
    until(`${id} is ${state}`, async () => (await callApiOk(relay, path, { key })).state === state);

  function handle(socket: RawWebSocket): ConnectedGate {
    return {
      async nextCommand() {
        const command = await socket.nextJson();
        if (command.cmd === 'open') openedBy.push(command.n);
        return command;
      },
      reply(command, payload) {
        socket.sendJson({ target: command.sender, ...payload });
      },
      async die() {
        socket.destroy();
        await stateIs('offline');
      },
      async [Symbol.asyncDispose]() {
        await socket[Symbol.asyncDispose]();
        await stateIs('offline');
      },
    };
  }

  return {
    openedBy,
    async connect(options = {}) {
      const socket = await openRawWebSocket(relay.url, options);
      socket.sendJson({ device_token });
      await socket.nextJson();
      return handle(socket);
    },
    async untilWaiting(count) {
      await until(`${count} wait for ${id}`, async () => (await callApiOk(relay, path, { key })).waiting === count);
    },
    async untilProven() {
      await until(`${id} has read the last message`, async () => {
        const { outcomes } = await callApiOk<{ readonly outcomes: readonly { readonly state: string }[] }>(
          relay,
          path,
          {
            key,
          },
        );
        return outcomes.at(-1)?.state === 'delivered';
      });
    },
  };
}
