/** The dashboard of the relay that serves this page. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createDashboard } from './session/dashboard.ts';
import { App } from './views/app.tsx';
import { DashboardContext } from './views/context.ts';

function main(): void {
  const root = document.querySelector('#app');
  if (root === null) throw new Error('the page has no place for the dashboard');
  createRoot(root).render(
    <StrictMode>
      <DashboardContext value={createDashboard()}>
        <App />
      </DashboardContext>
    </StrictMode>,
  );
}

main();
