import type { ServerAddress } from '../generator/job.ts';

/** A server that carries messages from one client to another, and can be started here. */
export interface Peer {
  readonly name: string;
  /** One line for people: what it is. */
  readonly about: string;
  /** Why it cannot be measured here; undefined when it can. */
  whyNot(): string | undefined;
  start(): Promise<RunningPeer>;
}

export interface RunningPeer extends ServerAddress, AsyncDisposable {
  readonly peerName: string;
  /** Where users can be made, the key that makes them. */
  readonly adminKey?: string;
  /** False when it ended by itself. */
  isAlive(): boolean;
}
