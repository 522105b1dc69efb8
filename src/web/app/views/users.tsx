import { useCallback, useEffect, useState } from 'react';
import { readText, readUsers, type User } from '../session/answers.ts';
import { useDashboard, useDashboardState } from './context.ts';
import { KeyForm } from './login.tsx';
import { NamingDialog } from './naming-dialog.tsx';
import { Problem } from './problem.tsx';
import { CopyText } from './secret.tsx';
import { useRequest } from './use-request.ts';
import { UserRow } from './user-row.tsx';

/** Adds a user and shows the master key, once. */
function AddUser({ onClose, onAdded }: { readonly onClose: () => void; readonly onAdded: () => void }) {
  const { call } = useDashboard();
  return (
    <NamingDialog
      title="Add a user"
      titleWhenDone={(name) => `${name} is added`}
      label="Name"
      action="Add"
      create={async (user) => {
        const answer = await call('admin', '/api/admin/users', { method: 'POST', body: { user } });
        return readText(answer, 'auth_key');
      }}
      showSecret={(key) => (
        <>
          <p>The key is shown this once; the relay keeps only its hash.</p>
          <CopyText label="Master key" text={key} />
        </>
      )}
      onMade={onAdded}
      onClose={onClose}
    />
  );
}

function UserTable() {
  const { call } = useDashboard();
  const { problem, run } = useRequest();
  const [users, setUsers] = useState<readonly User[]>();
  const [isAdding, setAdding] = useState(false);
  const list = useCallback(async () => setUsers(readUsers(await call('admin', '/api/admin/users'))), [call]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: listed once when it opens; afterwards after each change
  useEffect(() => run(list), []);
  return (
    <>
      <div className="panel-head">
        <h2 id="users-title">Users</h2>
        <button type="button" onClick={() => run(list)}>
          Refresh
        </button>
        <button type="button" onClick={() => setAdding(true)}>
          Add user
        </button>
      </div>
      <Problem text={problem} />
      <table>
        <caption className="hidden">The users of this relay</caption>
        <thead>
          <tr>
            <th scope="col">User</th>
            <th scope="col">Devices</th>
            <th scope="col">Connections</th>
            <th scope="col">
              <span className="hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {users?.map((user) => (
            <UserRow key={user.name} user={user} onChanged={list} />
          ))}
        </tbody>
      </table>
      {isAdding && <AddUser onClose={() => setAdding(false)} onAdded={() => run(list)} />}
    </>
  );
}

/** Users and their limits, for whoever has an admin key. */
export function Users() {
  const { keys } = useDashboardState();
  if (keys.admin !== undefined) {
    return (
      <section className="panel" aria-labelledby="users-title">
        <UserTable />
      </section>
    );
  }
  return (
    <details className="panel">
      <summary>Users and limits</summary>
      <p>They need an admin key.</p>
      <KeyForm label="Admin key" />
    </details>
  );
}
