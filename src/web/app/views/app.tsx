import { Composer } from './composer.tsx';
import { useDashboardState } from './context.ts';
import { Devices } from './devices.tsx';
import { Header } from './header.tsx';
import { Log } from './log.tsx';
import { KeyForm, Login } from './login.tsx';
import { Users } from './users.tsx';

/** What happened last, for everybody to see and to hear. */
function Notice() {
  const { notice } = useDashboardState();
  return (
    <p className={notice?.isProblem ? 'notice problem' : 'notice'} role="status" key={notice?.number}>
      {notice?.text}
    </p>
  );
}

/** The layout. */
export function App() {
  const { keys } = useDashboardState();
  if (keys.master === undefined && keys.admin === undefined) return <Login />;
  return (
    <>
      <Header />
      <main>
        <Notice />
        {keys.master === undefined ? (
          <details className="panel">
            <summary>Devices and messages</summary>
            <p>They belong to a user: log in with a master key, too.</p>
            <KeyForm label="Master key" />
          </details>
        ) : (
          <div className="columns">
            <Devices />
            <div>
              <Composer />
              <Log />
            </div>
          </div>
        )}
        <Users />
      </main>
    </>
  );
}
