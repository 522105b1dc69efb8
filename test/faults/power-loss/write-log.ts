/** What a process did to the files of a folder, in its order, as `shims/recorder.c` writes it down. */
export type DiskOperation =
  | { readonly kind: 'write'; readonly name: string; readonly offset: number; readonly data: Buffer }
  | { readonly kind: 'truncate'; readonly name: string; readonly size: number }
  /** Of a file: its bytes are kept; of the folder, `.`: the names in it are. */
  | { readonly kind: 'sync'; readonly name: string }
  | { readonly kind: 'remove'; readonly name: string };

const headBytes = 14;

export function readWriteLog(log: Buffer): DiskOperation[] {
  const operations: DiskOperation[] = [];
  let at = 0;
  while (at + headBytes <= log.length) {
    const nameEnd = at + headBytes + log.readUInt8(at + 1);
    const dataEnd = nameEnd + log.readUInt32LE(at + 10);
    // The process was killed in the middle of the last entry.
    if (dataEnd > log.length) break;
    const name = log.toString('utf8', at + headBytes, nameEnd);
    const offset = Number(log.readBigUInt64LE(at + 2));
    operations.push(operationOf(log.readUInt8(at), name, offset, log.subarray(nameEnd, dataEnd)));
    at = dataEnd;
  }
  return operations;
}

function operationOf(kind: number, name: string, offset: number, data: Buffer): DiskOperation {
  if (kind === 1) return { kind: 'write', name, offset, data };
  if (kind === 2) return { kind: 'truncate', name, size: offset };
  if (kind === 3) return { kind: 'sync', name };
  if (kind === 4) return { kind: 'remove', name };
  throw new Error(`the log has an entry of kind ${kind}`);
}
