import type { Keys } from '../model/state.ts';
import { ApiError, callApi } from './api.ts';

/** What a key is good for: the relay alone knows, its prefix says what to ask first. Rejects with `ApiError` in words. */
export async function kindOf(key: string): Promise<Keys> {
  const asMaster = { path: '/api/devices/', keys: { master: key } };
  const asAdmin = { path: '/api/admin/users', keys: { admin: key } };
  for (const { path, keys } of key.startsWith('rly_admin_') ? [asAdmin, asMaster] : [asMaster, asAdmin]) {
    try {
      await callApi(key, path);
      return keys;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 403) throw error;
    }
  }
  throw new ApiError(403, 'this is the token of a device: log in with a master key or an admin key');
}
