import { type FormEvent, useState } from 'react';
import { useDashboard, useDashboardState } from './context.ts';
import { Problem } from './problem.tsx';
import { useRequest } from './use-request.ts';

/** Asks for a key. It goes to this relay in a header, and stays in this page, or in this tab where that is wanted. */
export function KeyForm({ label }: { readonly label: string }) {
  const { logIn } = useDashboard();
  const { isBusy, problem, run } = useRequest();
  const [key, setKey] = useState('');
  const [isKept, setKept] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    run(() => logIn(key.trim(), isKept));
  };
  return (
    <form onSubmit={submit}>
      <label>
        {label}
        <input
          type="password"
          autoComplete="off"
          spellCheck={false}
          required
          value={key}
          onChange={(event) => setKey(event.target.value)}
        />
      </label>
      <label className="check">
        <input type="checkbox" checked={isKept} onChange={(event) => setKept(event.target.checked)} />
        Keep it in this tab until it is closed
      </label>
      <Problem text={problem} />
      <button type="submit" className="primary" disabled={isBusy || key.trim() === ''}>
        Log in
      </button>
    </form>
  );
}

/** The first page. */
export function Login() {
  const { notice } = useDashboardState();
  return (
    <main className="login">
      <h1>softlab-relay</h1>
      <p>
        Log in with the master key of a user, to see devices and send commands, or with an admin key, to look after
        users. The relay showed both when it was started for the first time.
      </p>
      <Problem text={notice?.isProblem ? notice.text : undefined} />
      <KeyForm label="Key" />
      <p>
        <a href="/docs/">Documentation</a>
      </p>
    </main>
  );
}
