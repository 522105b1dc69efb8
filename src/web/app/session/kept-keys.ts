/** Keys outlive a reload of the page only where that was asked for, and then only in this tab: never in an address or a cookie. */
import { isObject } from '../../../protocol/messages.ts';
import type { Keys } from '../model/state.ts';

const name = 'softlab-relay keys';

export function keepKeys(keys: Keys): void {
  try {
    sessionStorage.setItem(name, JSON.stringify(keys));
  } catch {
    // A browser that keeps nothing asks again after a reload.
  }
}

export function forgetKeys(): void {
  try {
    sessionStorage.removeItem(name);
  } catch {
    // There was nothing to forget.
  }
}

/** The keys of before a reload. */
export function keptKeys(): Keys | undefined {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(name) ?? 'null');
    if (!isObject(value)) return undefined;
    const { master, admin } = value;
    return {
      ...(typeof master === 'string' ? { master } : {}),
      ...(typeof admin === 'string' ? { admin } : {}),
    };
  } catch {
    return undefined;
  }
}
