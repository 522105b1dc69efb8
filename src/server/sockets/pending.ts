import { addressBlock } from '../rates/address-block.ts';
import type { Connection } from './connection.ts';

/** The connections that have not logged in yet: how many an address has, and which are past their deadline. */
export class PendingConnections {
  readonly #blockOf = new Map<Connection, string>();
  readonly #countOf = new Map<string, number>();

  add(connection: Connection, address: string): void {
    const block = addressBlock(address);
    this.#blockOf.set(connection, block);
    this.#countOf.set(block, this.#count(block) + 1);
  }

  remove(connection: Connection): void {
    const block = this.#blockOf.get(connection);
    if (block === undefined) return;
    this.#blockOf.delete(connection);
    const left = this.#count(block) - 1;
    if (left > 0) this.#countOf.set(block, left);
    else this.#countOf.delete(block);
  }

  /** All of them. */
  get size(): number {
    return this.#blockOf.size;
  }

  /** Those of an address, or of its network where that counts as one. */
  count(address: string): number {
    return this.#count(addressBlock(address));
  }

  #count(block: string): number {
    return this.#countOf.get(block) ?? 0;
  }

  /** Connections that have been open since before that time. */
  openedBefore(timeMs: number): Connection[] {
    const late: Connection[] = [];
    for (const connection of this.#blockOf.keys()) {
      // They stand in the order of their opening.
      if (connection.openedAtMs > timeMs) break;
      late.push(connection);
    }
    return late;
  }
}
