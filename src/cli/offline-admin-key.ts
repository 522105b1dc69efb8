import { existsSync } from 'node:fs';
import { CommandError, exitCodes } from './exit-codes.ts';

/**
 * Makes an admin key in the data folder of a relay that is stopped, for when the last one is lost. The store's lock keeps two
 * processes from one folder, so a running relay is told apart.
 */
export async function addAdminKeyToFolder(
  dataDir: string,
): Promise<{ readonly key: string; readonly admin_key: string }> {
  const [{ openSqliteStore }, { StoreOpenError }, { dataFolderAt }, { makeKey }] = await Promise.all([
    import('../server/store/sqlite-store.ts'),
    import('../server/store/store.ts'),
    import('../server/store/data-folder.ts'),
    import('../server/directory/credentials.ts'),
  ]);
  // Opening makes what is missing, and a relay that was never started gets its keys at its first start.
  if (!existsSync(dataFolderAt(dataDir).database)) {
    throw new CommandError(
      exitCodes.failed,
      `${dataDir} holds no data of a relay: name the folder of "relay serve --data"`,
    );
  }
  const listener = { onRelieved: () => undefined, onFatal: () => undefined };
  const store = await openSqliteStore({ dataDir, listener }).catch((error: unknown) => {
    throw error instanceof StoreOpenError ? new CommandError(exitCodes.failed, error.message) : error;
  });
  try {
    const { users } = await store.directory.load();
    if (users.length === 0) {
      throw new CommandError(exitCodes.failed, `${dataDir} has no user yet: the first "relay serve" shows its keys`);
    }
    const { text, keyId, hash } = makeKey('admin');
    const key = { keyId, kind: 'admin', hash, createdAtMs: Date.now() } as const;
    await store.directory.apply([{ change: 'put-key', key }]);
    return { key: keyId, admin_key: text };
  } finally {
    await store.close();
  }
}
