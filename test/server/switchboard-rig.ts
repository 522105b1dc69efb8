import type { ExtensionName } from '../../src/protocol/extensions.ts';
import { defaultServerLimits, defaultUserLimits, type UserLimits } from '../../src/protocol/limits.ts';
import { Incoming } from '../../src/server/messages/incoming.ts';
import { Session } from '../../src/server/rooms/session.ts';
import { Switchboard } from '../../src/server/rooms/switchboard.ts';
import type { QueueStore } from '../../src/server/store/store.ts';
import { FakeLink } from './fake-link.ts';
import { createMemoryStore } from './memory-store.ts';

/** A client of the rig: its session and what its socket saw. */
export interface RigClient {
  readonly session: Session;
  readonly link: FakeLink;
  /** What the relay said or passed on, parsed, without what the login brought. */
  readonly received: () => Record<string, unknown>[];
  /** Answers the last ping, which confirms every one before it. */
  pong(): void;
  send(target: string, payload: object): void;
  /** Sends a message as it is: an action, or something wrong. */
  sendRaw(message: object): void;
  leave(): void;
}

export interface JoinOptions {
  readonly userId?: string;
  readonly isDevice?: boolean;
  readonly address?: string;
  readonly extensions?: readonly ExtensionName[];
}

/** A switchboard on fakes: clock, store (unless there is one for the queues) and sockets. `registered` are the devices of every user. */
export function createRig(changed: Partial<UserLimits> = {}, registered: readonly string[] = [], queue?: QueueStore) {
  let limits = { ...defaultUserLimits(), ...changed };
  let nowMs = 1_000_000;
  const links: FakeLink[] = [];
  let timers: { readonly dueMs: number; readonly callback: () => void }[] = [];
  const after = (delayMs: number, callback: () => void) => {
    timers.push({ dueMs: nowMs + delayMs, callback });
  };
  const clock = () => nowMs;
  const store = createMemoryStore({ onRelieved: () => switchboard.router.handleStoreRelieved(), onFatal: () => {} });
  const switchboard = new Switchboard({
    store: queue ?? store.queue,
    clock,
    limitsOf: () => limits,
    limits: defaultServerLimits,
    onJoined: () => {},
    onLeft: () => {},
    onSwept: () => {},
  });
  const silentAfterMs = () => defaultServerLimits().silent_after;
  const incoming = new Incoming({ switchboard, after, clock, silentAfterMs, registered: () => registered });

  function endTick(): void {
    for (const link of links) link.endTick();
  }

  return {
    store,
    switchboard,
    after,
    now: () => nowMs,
    room: (userId = 'u1') => switchboard.rooms.find(userId),

    /** Lets the tick end and everything run that waits for promises only. */
    async settle(): Promise<void> {
      endTick();
      await settle();
      endTick();
    },
    /** Lets time pass, and the sweep that comes with it. */
    async pass(durationMs: number): Promise<void> {
      nowMs += durationMs;
      const due = timers.filter(({ dueMs }) => dueMs <= nowMs);
      timers = timers.filter(({ dueMs }) => dueMs > nowMs);
      for (const { callback } of due) callback();
      await switchboard.sweep(nowMs);
      await settle();
    },
    changeLimits(to: Partial<UserLimits>): void {
      limits = { ...limits, ...to };
      for (const room of switchboard.rooms.all()) switchboard.rooms.refreshLimits(room.userId);
    },
    /** Logs a client in; throws the refusal's code when it is refused. */
    join(clientId: string, options: JoinOptions = {}): RigClient {
      const link = new FakeLink(options.address);
      links.push(link);
      const { userId = 'u1', isDevice = false, extensions } = options;
      const session = switchboard.rooms.join({ userId, clientId, link, keyId: 'k1', isDevice, granted: extensions });
      if (!(session instanceof Session)) throw new Error(session.code);
      switchboard.rooms.startDelivery(session);
      const sendRaw = (message: object) =>
        incoming.handleText(session, new TextEncoder().encode(JSON.stringify(message)));
      return {
        session,
        link,
        received: () => link.texts.map((text) => JSON.parse(text)),
        pong() {
          endTick();
          switchboard.signsOfLife.noteHeard(session, nowMs);
          switchboard.handlePong(session, session.pings.last);
        },
        send: (target, payload) => sendRaw({ target, ...payload }),
        sendRaw,
        leave: () => switchboard.rooms.leave(session),
      };
    },
  };
}

/** Lets everything run that waits for promises only. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
