import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allToolsRequired } from '../tools.ts';

/** A small disk in memory, which a test can fill up or write-protect. */
export interface SmallDisk {
  readonly path: string;
  setWritable(writable: boolean): void;
  /** Something else takes all the space that is left; returns the file that gives it back when it is removed. */
  fill(): string;
  remove(): void;
}

export function makeSmallDisk(mebibytes: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'relay-disk-'));
  try {
    mount('-t', 'tmpfs', '-o', `size=${mebibytes}m,mode=0700`, 'relay-test', path);
  } catch (error) {
    rmdirSync(path);
    throw error;
  }
  return {
    path,
    setWritable: (writable) => mount('-o', `remount,${writable ? 'rw' : 'ro'}`, path),
    fill() {
      const ballast = join(path, 'ballast');
      const { bavail, bsize } = statfsSync(path);
      writeFileSync(ballast, Buffer.alloc(bavail * bsize));
      return ballast;
    },
    remove: () => {
      spawnSync('umount', [path]);
      rmdirSync(path);
    },
  };
}

function mount(...args: string[]): void {
  const { status, stderr, error } = spawnSync('mount', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mount ${args.join(' ')}: ${stderr ?? ''}${error?.message ?? ''}`);
}

/** Whether small disks can be made: that takes root. Says what is left out where they cannot; CI leaves nothing out. */
export function canMakeSmallDisks(): boolean {
  try {
    makeSmallDisk(1).remove();
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message.trim() : String(error);
    process.stderr.write(`left out are the full and the write-protected disk, which need root: ${why}\n`);
    return allToolsRequired();
  }
}
