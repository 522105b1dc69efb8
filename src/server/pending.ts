import type { Connection } from './connection.ts';

/** The connections that have not logged in yet: how many an address has, and which are past their deadline. */
export class PendingConnections {
  readonly #addressOf = new Map<Connection, string>();
  readonly #countOf = new Map<string, number>();

  add(connection: Connection, address: string): void {
    this.#addressOf.set(connection, address);
    this.#countOf.set(address, this.count(address) + 1);
  }

  remove(connection: Connection): void {
    const address = this.#addressOf.get(connection);
    if (address === undefined) return;
    this.#addressOf.delete(connection);
    const left = this.count(address) - 1;
    if (left > 0) this.#countOf.set(address, left);
    else this.#countOf.delete(address);
  }

  /** All of them. */
  get size(): number {
    return this.#addressOf.size;
  }

  count(address: string): number {
    return this.#countOf.get(address) ?? 0;
  }

  /** Connections that have been open since before that time. */
  openedBefore(timeMs: number): Connection[] {
    const late: Connection[] = [];
    for (const connection of this.#addressOf.keys()) {
      // They stand in the order of their opening.
      if (connection.openedAtMs > timeMs) break;
      late.push(connection);
    }
    return late;
  }
}
