import { expect, it } from 'vitest';
import { Directory } from '../../src/server/directory/directory.ts';
import { createRevocation } from '../../src/server/revocation.ts';
import type { DirectoryStore } from '../../src/server/store/store.ts';
import { makeStoreFolder } from './store-folder.ts';
import { createRig } from './switchboard-rig.ts';

it('of a removed user nothing stays, nor of what its sessions queued while the removal was written', async () => {
  const folder = makeStoreFolder();
  const store = await folder.open();
  const rig = createRig({}, [], store.queue);
  let whileWritten = () => {};
  const directoryStore: DirectoryStore = {
    ...store.directory,
    apply(changes) {
      const applied = store.directory.apply(changes);
      whileWritten();
      return applied;
    },
  };
  const directory = new Directory({
    store: directoryStore,
    snapshot: await store.directory.load(),
    clock: rig.now,
    listener: createRevocation(() => rig.switchboard.rooms),
    limitDefaults: {},
  });
  await directory.users.add('gone', {});
  const user = directory.users.named('gone');
  if (user === undefined) throw new Error('no user');
  const client = rig.join('pc', { userId: user.userId });
  whileWritten = () => client.send('away', { n: 1 });
  await directory.users.remove(user);
  expect(client.link.closed?.code).toBe(4010);
  expect(await store.queue.depths()).toEqual([]);
  await folder.remove();
});
