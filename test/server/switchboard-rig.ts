import { defaultServerLimits, defaultUserLimits, type UserLimits } from '../../src/protocol/limits.ts';
import { Session } from '../../src/server/session.ts';
import type { EndedMessage } from '../../src/server/store/store.ts';
import { createSwitchboard } from '../../src/server/switchboard.ts';
import { FakeLink } from './fake-link.ts';
import { createMemoryStore } from './memory-store.ts';

/** A client of the rig: its session and what its socket saw. */
export interface RigClient {
  readonly session: Session;
  readonly link: FakeLink;
  /** Answers the last ping, which confirms every one before it. */
  pong(): void;
  send(target: string, payload: object): void;
}

/** A switchboard on fakes: clock, store and sockets. */
export function createRig(changed: Partial<UserLimits> = {}) {
  const limits = { ...defaultUserLimits(), ...changed };
  const ended: EndedMessage[] = [];
  let nowMs = 1_000_000;
  const store = createMemoryStore({ onRelieved: () => switchboard.handleStoreRelieved(), onFatal: () => {} });
  const switchboard = createSwitchboard({
    store: store.queue,
    clock: () => nowMs,
    limitsOf: () => limits,
    limits: defaultServerLimits,
    onJoined: () => {},
    onLeft: () => {},
    onEnded: (messages) => ended.push(...messages),
    onSwept: () => {},
  });

  return {
    store,
    switchboard,
    ended,
    now: () => nowMs,
    /** Lets time pass, and the sweep that comes with it. */
    async pass(durationMs: number): Promise<void> {
      nowMs += durationMs;
      await switchboard.sweep(nowMs);
      await settle();
    },
    /** Logs a client in; throws the refusal's code when it is refused. */
    join(clientId: string, options: { userId?: string; isDevice?: boolean; address?: string } = {}): RigClient {
      const link = new FakeLink(options.address);
      const { userId = 'u1', isDevice = false } = options;
      const session = switchboard.join({ userId, clientId, link, keyId: 'k1', isDevice });
      if (!(session instanceof Session)) throw new Error(session.code);
      switchboard.startDelivery(session);
      return {
        session,
        link,
        pong() {
          switchboard.noteHeard(session, nowMs);
          switchboard.handlePong(session, session.lastPingNumber);
        },
        send(target, payload) {
          const bytes = new TextEncoder().encode(JSON.stringify({ target, ...payload }));
          const refusal = switchboard.route(session, bytes, target, nowMs);
          if (refusal !== undefined) session.refuse(refusal.code, refusal.message, target);
        },
      };
    },
  };
}

/** Lets everything run that waits for promises only. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
