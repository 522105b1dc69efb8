import { type FormEvent, useState } from 'react';
import { formatLimit, isUserLimitName, type UserLimitName, userLimitDefinitions } from '../../../protocol/limits.ts';
import type { User } from '../session/answers.ts';
import { useDashboard } from './context.ts';
import { Dialog } from './dialog.tsx';
import { Problem } from './problem.tsx';
import { useRequest } from './use-request.ts';

interface LimitsDialogProps {
  readonly user: User;
  readonly path: string;
  readonly onClose: () => void;
  readonly onChanged: () => Promise<void>;
}

const names = Object.keys(userLimitDefinitions).filter(isUserLimitName);

/** The value as an administrator writes it. */
function shown({ limits }: User, name: UserLimitName): string {
  const value = limits[name];
  return typeof value === 'number' ? formatLimit(name, value) : (value ?? '');
}

/** The limits of a user, in the syntax of the command line; an empty one becomes the default. */
export function LimitsDialog({ user, path, onClose, onChanged }: LimitsDialogProps) {
  const { call, notice } = useDashboard();
  const { isBusy, problem, run } = useRequest();
  const [values, setValues] = useState<Partial<Record<UserLimitName, string>>>({});
  const submit = (event: FormEvent) => {
    event.preventDefault();
    run(async () => {
      const changed = Object.entries(values).map(([name, text]) => [name, text.trim() === '' ? null : text.trim()]);
      await call('admin', path, { method: 'PATCH', body: { limits: Object.fromEntries(changed) } });
      await onChanged();
      notice(`the limits of ${user.name} are changed`);
      onClose();
    });
  };
  return (
    <Dialog title={`Limits of ${user.name}`} onClose={onClose}>
      <p>Written as 500, 64KiB, 24h or unlimited. An empty one becomes the default. Changes apply at once.</p>
      <form onSubmit={submit}>
        <div className="limits">
          {names.map((name) => (
            <label key={name}>
              <code>{name}</code> <span className="quiet-text">{userLimitDefinitions[name].about}</span>
              <input
                value={values[name] ?? shown(user, name)}
                onChange={(event) => setValues({ ...values, [name]: event.target.value })}
              />
            </label>
          ))}
        </div>
        <Problem text={problem} />
        <button type="submit" className="primary" disabled={isBusy || Object.keys(values).length === 0}>
          Change
        </button>
      </form>
    </Dialog>
  );
}
