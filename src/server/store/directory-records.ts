import { isUserLimitName, type UserLimits } from '../../protocol/limits.ts';
import { checksumOf } from './checksum.ts';
import { bytesIn, DamagedColumnError, numberIn, type SqlRow, type SqlValue, textIn } from './sql.ts';
import type { DeviceRecord, KeyRecord, UserRecord } from './store.ts';

/** Rows of the tables of users, keys and devices, and the records that they stand for. */

type Column = string | number | null;

/** The columns that the checksum covers, in its order; a key's hash comes behind them. */
const checkedColumns = {
  user_account: ['user_id', 'name', 'limits', 'created_at_ms'],
  access_key: ['key_id', 'kind', 'user_id', 'client_id', 'created_at_ms', 'expires_at_ms'],
  device: ['user_id', 'client_id', 'created_at_ms', 'last_seen_at_ms'],
} as const satisfies Record<string, readonly string[]>;

export type DirectoryTable = keyof typeof checkedColumns;

export function rowOfUser({ userId, name, limits, createdAtMs }: UserRecord): SqlRow {
  return withChecksum({ user_id: userId, name, limits: encodeLimits(limits), created_at_ms: createdAtMs });
}

export function userIn(row: SqlRow): UserRecord {
  verifyChecksum('user_account', row);
  return {
    userId: textIn(row, 'user_id'),
    name: textIn(row, 'name'),
    limits: decodeLimits(textIn(row, 'limits')),
    createdAtMs: numberIn(row, 'created_at_ms'),
  };
}

export function rowOfKey({ keyId, kind, userId, clientId, hash, createdAtMs, expiresAtMs }: KeyRecord): SqlRow {
  const columns = {
    key_id: keyId,
    kind,
    user_id: userId ?? null,
    client_id: clientId ?? null,
    created_at_ms: createdAtMs,
    expires_at_ms: expiresAtMs ?? null,
  };
  return { ...withChecksum(columns, hash), hash };
}

export function keyIn(row: SqlRow): KeyRecord {
  const hash = bytesIn(row, 'hash');
  verifyChecksum('access_key', row, hash);
  return {
    keyId: textIn(row, 'key_id'),
    kind: kindIn(row),
    ...(row.user_id === null ? {} : { userId: textIn(row, 'user_id') }),
    ...(row.client_id === null ? {} : { clientId: textIn(row, 'client_id') }),
    hash,
    createdAtMs: numberIn(row, 'created_at_ms'),
    ...(row.expires_at_ms === null ? {} : { expiresAtMs: numberIn(row, 'expires_at_ms') }),
  };
}

export function rowOfDevice({ userId, clientId, createdAtMs, lastSeenAtMs }: DeviceRecord): SqlRow {
  return withChecksum({
    user_id: userId,
    client_id: clientId,
    created_at_ms: createdAtMs,
    last_seen_at_ms: lastSeenAtMs ?? null,
  });
}

export function deviceIn(row: SqlRow): DeviceRecord {
  verifyChecksum('device', row);
  return {
    userId: textIn(row, 'user_id'),
    clientId: textIn(row, 'client_id'),
    createdAtMs: numberIn(row, 'created_at_ms'),
    ...(row.last_seen_at_ms === null ? {} : { lastSeenAtMs: numberIn(row, 'last_seen_at_ms') }),
  };
}

function withChecksum(columns: Readonly<Record<string, Column>>, bytes?: Uint8Array): SqlRow {
  return { ...columns, checksum: checksumOf(Object.values(columns), bytes) };
}

function verifyChecksum(table: DirectoryTable, row: SqlRow, bytes?: Uint8Array): void {
  const columns = checkedColumns[table].map((column) => columnIn(row[column]));
  if (row.checksum !== checksumOf(columns, bytes)) throw new DamagedColumnError('checksum', 'checksum of this record');
}

function columnIn(value: SqlValue | undefined): Column {
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}

function kindIn(row: SqlRow): KeyRecord['kind'] {
  const kind = textIn(row, 'kind');
  if (kind !== 'master' && kind !== 'admin' && kind !== 'device') throw new DamagedColumnError('kind', 'kind of key');
  return kind;
}

/** JSON has no Infinity; it is written as administrators write it. */
function encodeLimits(limits: Partial<UserLimits>): string {
  return JSON.stringify(limits, (_name, value: unknown) => (value === Number.POSITIVE_INFINITY ? 'unlimited' : value));
}

/** A limit that this program does not know is left alone: another version of it wrote that. */
function decodeLimits(text: string): Partial<UserLimits> {
  const written: Record<string, unknown> = JSON.parse(text);
  const limits: Partial<Record<keyof UserLimits, number>> = {};
  for (const [name, value] of Object.entries(written)) {
    if (!isUserLimitName(name)) continue;
    if (value === 'unlimited') limits[name] = Number.POSITIVE_INFINITY;
    else if (typeof value === 'number') limits[name] = value;
  }
  return limits;
}
