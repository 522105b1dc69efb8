import { useEffect, useState } from 'react';
import type { Connection } from '../model/state.ts';
import { useDashboard, useDashboardState } from './context.ts';

/** Seconds until then, counted down. */
function useSecondsUntil(timeMs: number): number {
  const [nowMs, setNowMs] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  return Math.max(0, Math.ceil((timeMs - nowMs) / 1000));
}

function Countdown({ retryAtMs }: { readonly retryAtMs: number }) {
  // Not read out: a screen reader would hear a number each second.
  return <span aria-hidden="true">again in {useSecondsUntil(retryAtMs)} s</span>;
}

function describe(connection: Connection): string {
  switch (connection.phase) {
    case 'authenticated':
      return `connected as ${connection.clientId}`;
    case 'connecting':
      return 'connecting…';
    case 'waiting':
      return `not connected: ${connection.reason}`;
    case 'closed':
      return `not connected${connection.reason === undefined ? '' : `: ${connection.reason}`}`;
    default:
      return connection satisfies never;
  }
}

/** Who and where, what the connection does, and the way out. */
export function Header() {
  const { logOut, reconnect } = useDashboard();
  const { connection, keys } = useDashboardState();
  const isConnected = connection.phase === 'authenticated';
  return (
    <header>
      <h1>softlab-relay</h1>
      {keys.master !== undefined && (
        <div className="connection">
          <span role="status">
            <span className={isConnected ? 'dot good' : 'dot bad'} aria-hidden="true">
              {isConnected ? '●' : '○'}
            </span>{' '}
            {describe(connection)}
          </span>
          {connection.phase === 'waiting' && <Countdown retryAtMs={connection.retryAtMs} />}
          {(connection.phase === 'waiting' || connection.phase === 'closed') && (
            <button type="button" onClick={reconnect}>
              Connect now
            </button>
          )}
        </div>
      )}
      <a href="/docs/">Documentation</a>
      <button type="button" onClick={logOut}>
        Log out
      </button>
    </header>
  );
}
