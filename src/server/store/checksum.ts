import { crc32 } from 'node:zlib';

/**
 * The checksum of a record: over its columns in a fixed order, and its payload where it has one. SQLite notices a broken page
 * structure, but a flipped bit inside a value looks like any other value.
 *
 * The names of user and target belong to a message's columns although another table holds them: a record that a damaged
 * number moved into another queue must not be delivered there.
 *
 * Whole numbers that statements write by themselves are added to it, because SQL can add and knows no CRC: the checksum of a
 * message is this and its number, that of a row of numbering this and its last number, and that of attempts is their sum with the
 * number of their record.
 */
export function checksumOf(columns: readonly (string | number | null)[], payload?: Uint8Array): number {
  const checksum = crc32(JSON.stringify(columns));
  return payload === undefined ? checksum : crc32(payload, checksum);
}
