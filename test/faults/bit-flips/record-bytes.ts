/** Where the records of a small SQLite file stand (https://www.sqlite.org/fileformat.html): each tree is one leaf page. */
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** Some bytes of the record of a table or an index: what its columns hold, or lengths and types, of which pages are made. */
export interface RecordBytes {
  readonly tree: string;
  readonly part: 'values' | 'structure';
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

const pageBytes = 4096;
const leafOfTable = 13;
const leafOfIndex = 10;

/** Seven bits a byte, the highest bit says whether more follow; the ninth byte, which small numbers never have, is left out. */
function readVarint(bytes: Buffer, at: number): { readonly value: number; readonly end: number } {
  let value = 0;
  let end = at;
  let byte = 0x80;
  while (byte >= 0x80) {
    byte = bytes.readUInt8(end);
    value = value * 128 + (byte & 0x7f);
    end += 1;
  }
  return { value, end };
}

function recordsOfPage(bytes: Buffer, tree: string, rootPage: number): RecordBytes[] {
  const page = (rootPage - 1) * pageBytes;
  const type = bytes.readUInt8(page);
  if (type !== leafOfTable && type !== leafOfIndex) throw new Error(`${tree} is more than one page`);
  return Array.from({ length: bytes.readUInt16BE(page + 3) }, (_, n): RecordBytes[] => {
    const start = page + bytes.readUInt16BE(page + 8 + 2 * n);
    const length = readVarint(bytes, start);
    const record = type === leafOfTable ? readVarint(bytes, length.end).end : length.end;
    const values = record + readVarint(bytes, record).value;
    return [
      { tree, part: 'structure', from: start, to: values },
      { tree, part: 'values', from: values, to: record + length.value },
    ];
  }).flat();
}

/** Of every record of every table and index of the file. */
export function recordBytesIn(file: string): readonly RecordBytes[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const trees = database.prepare('SELECT name, rootpage FROM sqlite_schema').all();
  database.close();
  const bytes = readFileSync(file);
  return trees.flatMap(({ name, rootpage }) => recordsOfPage(bytes, String(name), Number(rootpage)));
}
