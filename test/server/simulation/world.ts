import type { ExtensionName } from '../../../src/protocol/extensions.ts';
import { defaultServerLimits, defaultUserLimits, type UserLimits } from '../../../src/protocol/limits.ts';
import { Incoming } from '../../../src/server/messages/incoming.ts';
import { Session } from '../../../src/server/rooms/session.ts';
import { Switchboard } from '../../../src/server/rooms/switchboard.ts';
import { FakeRun } from '../fake-run.ts';
import { createMemoryStore, type MemoryStore } from '../memory-store.ts';
import { Ledger } from './ledger.ts';
import { Peer } from './peer.ts';

/** A client that is connected. */
interface Client {
  readonly session: Session;
  readonly peer: Peer;
  /** The number of the last message that it got out of the queue. */
  lastSeq: number | undefined;
}

const silentAfterMs = () => defaultServerLimits().silent_after;

/** The relay's core among simulated clients, store and clock. Every method is one thing that can happen. */
export class World {
  readonly ledger = new Ledger();
  #nowMs = 1_000_000;
  #limits: UserLimits = { ...defaultUserLimits(), queue_messages: 8, send_buffer_bytes: 1024, queue_ttl: 600_000 };
  #store: MemoryStore;
  #relay: ReturnType<World['startRelay']>;
  readonly #clients = new Map<string, Client>();
  readonly #pingBurst: number;

  /** `pingBurst` messages of a session are each followed by a ping; only later ones go out together. */
  constructor(pingBurst: number) {
    this.#pingBurst = pingBurst;
    this.#store = createMemoryStore({ onRelieved: () => {}, onFatal: () => {} });
    this.#relay = this.startRelay();
  }

  private startRelay() {
    const clock = () => this.#nowMs;
    const switchboard = new Switchboard({
      store: this.#store.queue,
      clock,
      limitsOf: () => this.#limits,
      progressPings: { burst: this.#pingBurst, perSecond: this.#pingBurst },
      limits: defaultServerLimits,
      onJoined: () => {},
      onLeft: (session) => this.#forget(session),
      onSwept: () => {},
    });
    return {
      switchboard,
      incoming: new Incoming({ switchboard, after: () => {}, clock, silentAfterMs, registered: () => [] }),
    };
  }

  #forget(session: Session): void {
    const client = this.#clients.get(session.clientId);
    if (client?.session !== session) return;
    this.#clients.delete(session.clientId);
    this.ledger.endSender(session.clientId);
  }

  isConnected(clientId: string): boolean {
    return this.#clients.has(clientId);
  }

  /** Logs a client in; who has the id already is taken over. */
  connect(clientId: string, extensions: readonly ExtensionName[]): void {
    const peer = new Peer();
    const { rooms } = this.#relay.switchboard;
    const session = rooms.join({
      userId: 'u1',
      clientId,
      link: peer,
      keyId: 'k',
      isDevice: false,
      granted: extensions,
    });
    if (!(session instanceof Session)) throw new Error(session.message);
    this.#clients.set(clientId, { session, peer, lastSeq: undefined });
    rooms.startDelivery(session);
  }

  disconnect(clientId: string): void {
    const client = this.#clients.get(clientId);
    if (client !== undefined) this.#relay.switchboard.rooms.leave(client.session);
  }

  send(sender: string, target: string, ttlSeconds: number | undefined, fillBytes: number): void {
    const client = this.#clients.get(sender);
    if (client === undefined) return;
    const _id = this.ledger.send(sender, target);
    const ttl = ttlSeconds === undefined ? {} : { _ttl: ttlSeconds };
    this.#say(client, { target, _id, ...ttl, fill: 'x'.repeat(fillBytes) });
  }

  /** The same for several messages that come in one read, as the fast lane hands them on. */
  sendTogether(sender: string, target: string, count: number, hasTtl: boolean): void {
    const client = this.#clients.get(sender);
    if (client === undefined) return;
    const messages = Array.from({ length: count }, (_, index) => {
      const _id = this.ledger.send(sender, target);
      return { target, _id, ...(hasTtl && index === 0 ? { _ttl: 20 } : {}) };
    });
    this.#relay.incoming.handleRun(client.session, new FakeRun(target, messages));
  }

  /** A sign of life, as A6 advises. */
  ping(clientId: string): void {
    const client = this.#clients.get(clientId);
    if (client !== undefined) this.#say(client, { action: 'ping' });
  }

  #say(client: Client, message: object): void {
    this.#relay.incoming.handleText(client.session, new TextEncoder().encode(JSON.stringify(message)));
  }

  /** A client reads up to so many frames: it answers pings, notes messages and what it is told. */
  read(clientId: string, framesMax: number, acknowledges: boolean): void {
    const client = this.#clients.get(clientId);
    if (client === undefined || client.peer.isStuck) return;
    const { session, peer } = client;
    for (const frame of peer.unread.splice(0, framesMax)) {
      if ('ping' in frame) {
        this.#relay.switchboard.signsOfLife.noteHeard(session, this.#nowMs);
        this.#relay.switchboard.handlePong(session, frame.ping);
      } else if ('text' in frame) {
        client.lastSeq = this.#take(clientId, JSON.parse(frame.text)) ?? client.lastSeq;
      }
    }
    if (client.lastSeq !== undefined && acknowledges) this.#say(client, { action: 'ack', seq: client.lastSeq });
  }

  #take(clientId: string, message: Record<string, unknown>): number | undefined {
    if (message.target === clientId && typeof message._id === 'string') {
      this.ledger.read(clientId, message._id, message._offline_queued === true);
    } else if (typeof message._id === 'string') {
      this.ledger.tell(message._id, message.status === 'error' ? String(message.code) : String(message.status));
    }
    return typeof message._seq === 'number' ? message._seq : undefined;
  }

  stick(clientId: string): void {
    const client = this.#clients.get(clientId);
    if (client !== undefined) client.peer.isStuck = true;
  }

  unstick(clientId: string): void {
    const client = this.#clients.get(clientId);
    if (client === undefined || !client.peer.isStuck) return;
    client.peer.unstick();
    this.#relay.switchboard.handleWritable(client.session);
  }

  async pass(durationMs: number): Promise<void> {
    this.#nowMs += durationMs;
    this.#relay.switchboard.sweep(this.#nowMs).catch(() => {});
    await this.settle();
  }

  purge(target: string): void {
    this.#relay.switchboard.rooms.purge('u1', target).catch(() => {});
  }

  changeLimits(changed: Partial<UserLimits>): void {
    this.#limits = { ...this.#limits, ...changed };
    this.#relay.switchboard.rooms.refreshLimits('u1');
  }

  holdCommits(): void {
    this.#store.holdCommits();
  }

  releaseCommits(count?: number): void {
    this.#store.releaseCommits(count);
  }

  failStore(): void {
    this.#store.fail();
  }

  healStore(): void {
    this.#store.heal();
  }

  /** Killed and started again: what was not committed never happened. */
  async crash(): Promise<void> {
    // What the store has done by now is told and heard; the rest of the promises must outlive the relay.
    // Who reads is heard again, which may end what is too old: that is told as well, before the end.
    for (let round = 0; round < 2; round++) {
      await this.settle();
      for (const clientId of this.#clients.keys()) this.read(clientId, Number.POSITIVE_INFINITY, false);
    }
    const promised = this.ledger.promised();
    for (const clientId of this.#clients.keys()) this.ledger.endSender(clientId);
    this.#clients.clear();
    this.ledger.endRelay();
    this.#store = this.#store.restart();
    this.#relay = this.startRelay();
    const depths = await this.#store.queue.depths();
    this.#relay.switchboard.rooms.restore(depths);
    const stored = await Promise.all(
      depths.map(({ userId, target }) => this.#store.queue.list(userId, target, 1000, 4096)),
    );
    const ids = new Set(stored.flat().map((entry) => entry.messageId));
    for (const id of promised) if (!ids.has(id)) throw new Error(`${id} was told queued and is gone after a crash`);
  }

  /** The tick ends, and everything runs that waits for promises only. */
  async settle(): Promise<void> {
    for (const { peer } of this.#clients.values()) peer.endTick();
    await new Promise((resolve) => setImmediate(resolve));
    for (const { peer } of this.#clients.values()) peer.endTick();
  }

  /** What the relay still counts and the store still holds. */
  async left(): Promise<{ counted: number; queues: number; stored: number }> {
    const room = this.#relay.switchboard.rooms.find('u1');
    return {
      counted: room?.queuedBytes ?? 0,
      queues: room?.queues.size ?? 0,
      stored: (await this.#store.queue.depths()).length,
    };
  }
}
