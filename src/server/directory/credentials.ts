import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { KeyRecord } from '../store/store.ts';

export type KeyKind = KeyRecord['kind'];

/** A new key: the text that is shown once, and what is kept of it. */
export interface NewKey {
  readonly text: string;
  readonly keyId: string;
  readonly hash: Uint8Array;
}

const keyIdBytes = 9;
const secretBytes = 32;
const keyPattern = /^rly_(master|admin|device)_([A-Za-z0-9]{12})_([A-Za-z0-9_-]{43})$/;

/** An id that is safe in a key, a path and a log: 12 letters and digits. */
function makeKeyId(): string {
  return randomBytes(keyIdBytes).toString('base64url').replaceAll('-', 'x').replaceAll('_', 'y');
}

function hashKey(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}

/**
 * Makes a key, `rly_<kind>_<key id>_<32 random bytes>`. It is found by its id and kept as SHA-256 only. A slow password hash
 * would protect nothing here, since the key is random, and would let anyone keep the relay busy.
 */
export function makeKey(kind: KeyKind): NewKey {
  const keyId = makeKeyId();
  const text = `rly_${kind}_${keyId}_${randomBytes(secretBytes).toString('base64url')}`;
  return { text, keyId, hash: hashKey(text) };
}

/** A new key as it is kept, and its text, which is shown once. */
export function makeKeyRecord(
  kind: KeyKind,
  of: Pick<KeyRecord, 'userId' | 'clientId'>,
  createdAtMs: number,
): { readonly text: string; readonly record: KeyRecord } {
  const { text, keyId, hash } = makeKey(kind);
  return { text, record: { keyId, kind, ...of, hash, createdAtMs } };
}

/** What an unknown key is compared with, so that known and unknown ids take the same time. */
const nobodysHash = hashKey('');

/** Finds the valid key with this text. Unknown, revoked, expired and wrong look the same from outside, in time too. */
export function findKey(
  text: string,
  byId: (keyId: string) => KeyRecord | undefined,
  nowMs: number,
): KeyRecord | undefined {
  const keyId = keyPattern.exec(text)?.[2];
  const key = keyId === undefined ? undefined : byId(keyId);
  const matches = timingSafeEqual(hashKey(text), key?.hash ?? nobodysHash);
  if (key === undefined || !matches) return undefined;
  return key.expiresAtMs !== undefined && key.expiresAtMs <= nowMs ? undefined : key;
}
