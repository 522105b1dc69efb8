import type { DiskOperation } from './write-log.ts';

type Change = Extract<DiskOperation, { kind: 'write' | 'truncate' }>;
export type Random = () => number;

/** A disk writes so many bytes at once, or tears just these. */
const sectorBytes = 512;

/** Bytes that grow at their end. */
class GrowingBytes {
  #buffer = Buffer.alloc(64 * 1024);
  #size = 0;

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#size);
  }

  write(offset: number, data: Uint8Array): void {
    this.resize(Math.max(this.#size, offset + data.length));
    this.#buffer.set(data, offset);
  }

  resize(size: number): void {
    if (size > this.#buffer.length) {
      const grown = Buffer.alloc(2 * size);
      grown.set(this.bytes);
      this.#buffer = grown;
    }
    if (size < this.#size) this.#buffer.fill(0, size, this.#size);
    this.#size = size;
  }

  copy(): GrowingBytes {
    const copy = new GrowingBytes();
    copy.write(0, this.bytes);
    return copy;
  }
}

interface SimulatedFile {
  /** What is on the disk for certain. */
  readonly kept: GrowingBytes;
  /** What the system has taken and may have written, in any order. */
  pending: Change[];
  /** Its name is on the disk for certain. */
  isNamed: boolean;
  isRemoved: boolean;
}

/**
 * What a disk holds after a power cut: everything that was synced, and of the rest what chance has it. Sectors of unsynced
 * writes are kept, dropped or torn, each for itself; names that were made or removed since the folder was synced, too.
 */
export class SimulatedDisk {
  readonly #files = new Map<string, SimulatedFile>();

  apply(operation: DiskOperation): void {
    const { kind, name } = operation;
    if (kind === 'sync' && name === '.') {
      this.#syncNames();
      return;
    }
    const file = this.#fileNamed(name);
    switch (kind) {
      case 'write':
      case 'truncate':
        file.pending.push(operation);
        return;
      case 'sync':
        for (const change of file.pending) applyWhole(file.kept, change);
        file.pending = [];
        return;
      case 'remove':
        file.isRemoved = true;
        return;
      default:
        kind satisfies never;
    }
  }

  /** The files after a power cut now. */
  afterPowerCut(random: Random): ReadonlyMap<string, Buffer> {
    const left = new Map<string, Buffer>();
    // Some disks lose nearly everything that was not synced, some hardly anything.
    const keptShare = random();
    for (const [name, { kept, pending, isNamed, isRemoved }] of this.#files) {
      const hasName = (isNamed || random() < 0.5) && (!isRemoved || random() < 0.5);
      if (!hasName) continue;
      const bytes = kept.copy();
      for (const change of pending) applyByChance(bytes, change, keptShare, random);
      left.set(name, bytes.bytes);
    }
    return left;
  }

  #fileNamed(name: string): SimulatedFile {
    const known = this.#files.get(name);
    if (known !== undefined && !known.isRemoved) return known;
    const made = { kept: new GrowingBytes(), pending: [], isNamed: false, isRemoved: false };
    this.#files.set(name, made);
    return made;
  }

  #syncNames(): void {
    for (const [name, file] of this.#files) {
      if (file.isRemoved) this.#files.delete(name);
      else file.isNamed = true;
    }
  }
}

function applyWhole(bytes: GrowingBytes, change: Change): void {
  if (change.kind === 'write') bytes.write(change.offset, change.data);
  else bytes.resize(change.size);
}

function applyByChance(bytes: GrowingBytes, change: Change, keptShare: number, random: Random): void {
  if (change.kind === 'truncate') {
    if (random() < keptShare) bytes.resize(change.size);
    return;
  }
  const { offset, data } = change;
  for (let at = 0; at < data.length; ) {
    const sectorEnd = Math.min(data.length, at + sectorBytes - ((offset + at) % sectorBytes));
    const chance = random();
    // Of a torn sector the beginning is new and the rest what it was.
    const isTorn = chance >= keptShare && chance < keptShare + 0.1;
    const end = isTorn ? at + Math.floor(random() * (sectorEnd - at)) : sectorEnd;
    if (chance < keptShare || isTorn) bytes.write(offset + at, data.subarray(at, end));
    at = sectorEnd;
  }
}
