import { useState } from 'react';
import type { User } from '../session/answers.ts';
import { ConfirmDialog } from './confirm-dialog.tsx';
import { useDashboard } from './context.ts';
import { LimitsDialog } from './limits-dialog.tsx';

interface UserRowProps {
  readonly user: User;
  readonly onChanged: () => Promise<void>;
}

/** One user: what is there, and what can be changed. */
export function UserRow({ user, onChanged }: UserRowProps) {
  const { call, notice } = useDashboard();
  const [open, setOpen] = useState<'limits' | 'remove'>();
  const path = `/api/admin/users/${encodeURIComponent(user.name)}`;
  const close = () => setOpen(undefined);
  const remove = async () => {
    await call('admin', path, { method: 'DELETE' });
    notice(`${user.name} is removed`);
    close();
    await onChanged();
  };
  return (
    <tr>
      <th scope="row">{user.name}</th>
      <td data-label="devices">{user.devices}</td>
      <td data-label="connections">{user.connections}</td>
      <td className="actions">
        <button type="button" aria-label={`Limits of ${user.name}`} onClick={() => setOpen('limits')}>
          Limits
        </button>
        <button type="button" aria-label={`Remove ${user.name}`} onClick={() => setOpen('remove')}>
          Remove
        </button>
        {open === 'limits' && <LimitsDialog user={user} path={path} onClose={close} onChanged={onChanged} />}
        {open === 'remove' && (
          <ConfirmDialog
            title={`Remove the user ${user.name}?`}
            action={`Remove ${user.name}`}
            onClose={close}
            onConfirmed={remove}
          >
            <p>
              Keys, {user.devices} devices and all that waits for them are gone, and {user.connections} connections are
              closed.
            </p>
          </ConfirmDialog>
        )}
      </td>
    </tr>
  );
}
