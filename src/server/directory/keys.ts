import type { Refusal } from '../../protocol/messages.ts';
import type { KeyRecord, UserRecord } from '../store/store.ts';
import { makeKeyRecord } from './credentials.ts';
import type { DirectoryParts } from './parts.ts';

/** The keys that people hold: the master keys of users, and admin keys. The tokens of devices go with these. */
export class Keys {
  readonly #parts: DirectoryParts;

  constructor(parts: DirectoryParts) {
    this.#parts = parts;
  }

  ofUser(userId: string): readonly KeyRecord[] {
    return this.#parts.state.keysWhere((key) => key.userId === userId && key.kind === 'master');
  }

  ofAdmins(): readonly KeyRecord[] {
    return this.#parts.state.keysWhere((key) => key.kind === 'admin');
  }

  async add({ userId }: UserRecord): Promise<{ keyId: string; authKey: string }> {
    const { keyId, text } = await this.#add('master', { userId });
    return { keyId, authKey: text };
  }

  async addAdmin(): Promise<{ keyId: string; adminKey: string }> {
    const { keyId, text } = await this.#add('admin', {});
    return { keyId, adminKey: text };
  }

  async #add(kind: 'master' | 'admin', of: { userId?: string }): Promise<{ keyId: string; text: string }> {
    const { state, clock } = this.#parts;
    const { text, record } = makeKeyRecord(kind, of, clock());
    await state.commit([{ change: 'put-key', key: record }]);
    return { keyId: record.keyId, text };
  }

  /** Takes a key away, but not the last admin key: nobody could add another to a relay that runs. */
  remove(keyId: string): Promise<KeyRecord | Refusal> {
    const { state, listener } = this.#parts;
    return state.inTurn(async () => {
      const key = state.keys.get(keyId);
      if (key === undefined) return { code: 'not_found', message: `there is no key ${JSON.stringify(keyId)}` };
      if (key.kind === 'admin' && this.ofAdmins().length === 1) {
        return { code: 'conflict', message: 'this is the last admin key: add another before you remove it' };
      }
      await state.commit([{ change: 'remove-key', keyId }]);
      listener.onKeyRevoked(key);
      return key;
    });
  }
}
