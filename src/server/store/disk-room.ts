import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import type { DataFolder } from './data-folder.ts';
import type { StoreEvent } from './operations.ts';
import { type SqlDatabase, singleNumber } from './sql.ts';
import { describeError } from './sql-errors.ts';

/** Pages of the write-ahead log after which it is written into the main file: rarely, because that stretches the slowest commits. */
const roomyCheckpointPages = 16_000;
/** The same while the disk is nearly full: the log must stay smaller than the reserve, see `DiskRoom`. */
const tightCheckpointPages = 256;
/** Below so much free space the disk counts as nearly full: four full logs. */
const tightBytes = 256 * 1024 * 1024;
/** Size of the file that is given up when the disk is full. */
export const reserveBytes = 4 * 1024 * 1024;

/** What is free for this process on the disk of a folder. */
export function freeBytesAt(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

/**
 * Keeps deliveries possible on a full disk. A delete, too, is first written into the log, and the log can only start again at
 * its beginning after a checkpoint, which may have to grow the main file by all that the log holds. So a reserve file is given
 * up when the disk is full, and while little is free the log is kept smaller than the reserve. From then on deletes need no
 * new space: the log is overwritten in place. New messages are refused until there is room for them and for a new reserve, or
 * until deliveries have freed as much inside the file.
 */
export class DiskRoom {
  readonly #folder: DataFolder;
  readonly #database: SqlDatabase;
  readonly #onEvent: (event: StoreEvent) => void;
  #isFull = false;
  #toldOfNoReserve = false;
  #checkpointPages = 0;

  constructor(folder: DataFolder, database: SqlDatabase, onEvent: (event: StoreEvent) => void) {
    this.#folder = folder;
    this.#database = database;
    this.#onEvent = onEvent;
    this.look();
    if (!this.#hasReserve()) this.#isFull = !this.#hasFreePages();
  }

  /** Whether new messages must be refused. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Looks at the disk again: called every second, and cheap. */
  look(): void {
    const freeBytes = freeBytesAt(this.#folder.path);
    this.#setCheckpointPages(freeBytes < tightBytes ? tightCheckpointPages : roomyCheckpointPages);
    // Twice, so that the reserve is not made of the last bytes that something else just left.
    if (!this.#hasReserve() && freeBytes >= 2 * reserveBytes) this.#makeReserve();
    if (this.#isFull && (this.#hasReserve() || this.#hasFreePages())) {
      this.#isFull = false;
      this.#onEvent({ event: 'disk-relieved', dataDir: this.#folder.path });
    }
  }

  /** The disk is full: gives up the reserve, into which the next commit can write back the log. */
  makeRoom(): void {
    if (!this.#isFull) this.#onEvent({ event: 'disk-full', dataDir: this.#folder.path });
    this.#isFull = true;
    this.#setCheckpointPages(tightCheckpointPages);
    rmSync(this.#folder.reserve, { force: true });
  }

  #hasReserve(): boolean {
    return statSync(this.#folder.reserve, { throwIfNoEntry: false })?.size === reserveBytes;
  }

  /** Whether deleted messages left as much room inside the file as the reserve has. */
  #hasFreePages(): boolean {
    const pages = singleNumber(this.#database, 'PRAGMA freelist_count');
    return pages * singleNumber(this.#database, 'PRAGMA page_size') >= reserveBytes;
  }

  #setCheckpointPages(pages: number): void {
    if (pages === this.#checkpointPages) return;
    // Read back: SQLite takes what it does not understand without a word.
    const taken = singleNumber(this.#database, `PRAGMA wal_autocheckpoint = ${pages}`);
    if (taken !== pages) throw new Error(`wal_autocheckpoint is ${taken} where ${pages} was set`);
    this.#checkpointPages = pages;
  }

  /** Zeros that are really written, because a file with a hole reserves nothing. */
  #makeReserve(): void {
    const { reserve, path } = this.#folder;
    try {
      const descriptor = openSync(reserve, 'w', 0o600);
      try {
        const zeros = Buffer.alloc(256 * 1024);
        for (let written = 0; written < reserveBytes; written += zeros.length) writeSync(descriptor, zeros);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
    } catch (error) {
      rmSync(reserve, { force: true });
      if (!this.#toldOfNoReserve) this.#onEvent({ event: 'no-reserve', dataDir: path, message: describeError(error) });
      this.#toldOfNoReserve = true;
    }
  }
}
