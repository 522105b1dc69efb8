/** A client of the soak: it comes, sends and receives, and goes in one way or another, until the soak ends. */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { SoakLedger } from './ledger.ts';

export interface PersonOptions {
  readonly url: string;
  readonly authKey: string;
  readonly id: string;
  readonly ledger: SoakLedger;
  /** Everybody, this one included. */
  readonly ids: readonly string[];
  readonly random: () => number;
}

/** How a session is given up: a goodbye, a lost connection, a second login while it is still there. */
const endings = ['close', 'terminate', 'takeover'] as const;

export type Person = ReturnType<typeof createPerson>;

export function createPerson({ url, authKey, id, ledger, ids, random }: PersonOptions) {
  let sent = 0;
  let sessions = 0;

  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  };
  const extensions = random() < 0.3 ? ['receipts', 'acks'] : ['receipts'];
  // Few, so that a pair meets in every state of its queue, and its order is put to the test.
  const targets = [pick(ids), pick(ids), pick(ids)];

  function handle(socket: WebSocket, session: number, message: Readonly<Record<string, unknown>>): void {
    const { status, code, _id } = message;
    if (typeof _id !== 'string') return;
    if (status !== undefined) {
      ledger.noteTold(_id, String(status === 'error' ? code : status));
      return;
    }
    ledger.noteArrival(id, _id, message._offline_queued === true, session);
    if (typeof message._seq === 'number') socket.send(JSON.stringify({ action: 'ack', seq: message._seq }));
  }

  /** Resolves with a session, or undefined where the relay is away. */
  async function logIn(): Promise<WebSocket | undefined> {
    const socket = new WebSocket(url);
    const session = sessions++;
    socket.on('error', () => {});
    const login = Promise.withResolvers<boolean>();
    socket.once('open', () => socket.send(JSON.stringify({ auth_key: authKey, sender: id, extensions })));
    socket.once('close', () => login.resolve(false));
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      if (message.status === 'authenticated') login.resolve(true);
      else handle(socket, session, message);
    });
    return (await login.promise) ? socket : undefined;
  }

  function send(socket: WebSocket, target: string): void {
    const _id = ledger.noteSent(id, sent, target);
    socket.send(JSON.stringify({ target, _id, text: 'x'.repeat(Math.floor(random() * 400)) }));
    sent += 1;
  }

  async function talk(socket: WebSocket, goesOn: () => boolean): Promise<void> {
    for (let turns = 2 + random() * 30; turns > 0 && goesOn() && socket.readyState === WebSocket.OPEN; turns -= 1) {
      for (let burst = 1 + Math.floor(random() * 4); burst > 0; burst -= 1) send(socket, pick(targets));
      // Some do not read for a while.
      if (random() < 0.1) socket.pause();
      await delay(10 + random() * 200);
      socket.resume();
    }
  }

  async function end(socket: WebSocket): Promise<WebSocket | undefined> {
    const ending = pick(endings);
    const closed = socket.readyState === WebSocket.CLOSED ? Promise.resolve() : once(socket, 'close');
    const successor = ending === 'takeover' ? await logIn() : undefined;
    if (ending === 'close') socket.close();
    if (successor === undefined && ending !== 'close') socket.terminate();
    await closed;
    return successor;
  }

  return {
    id,
    /** Comes and goes until it need not go on. */
    async live(goesOn: () => boolean): Promise<void> {
      let socket: WebSocket | undefined;
      while (goesOn()) {
        socket ??= await logIn();
        if (socket !== undefined) {
          await talk(socket, goesOn);
          socket = await end(socket);
        }
        if (socket === undefined) await delay(random() * 1500);
      }
      if (socket !== undefined) {
        socket.close();
        await once(socket, 'close');
      }
    },
    /** Comes for the last time, to take what waits; answers its session. */
    async stay(): Promise<WebSocket> {
      const socket = await logIn();
      if (socket === undefined) throw new Error(`${id} cannot log in at the end`);
      return socket;
    },
  };
}
