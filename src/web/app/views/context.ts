import { createContext, useContext, useSyncExternalStore } from 'react';
import type { State } from '../model/state.ts';
import type { Dashboard } from '../session/dashboard.ts';

export const DashboardContext = createContext<Dashboard | undefined>(undefined);

/** What the views can do; only inside `DashboardContext`. */
export function useDashboard(): Dashboard {
  const dashboard = useContext(DashboardContext);
  if (dashboard === undefined) throw new Error('there is no dashboard around this view');
  return dashboard;
}

export function useDashboardState(): State {
  const { subscribe, state } = useDashboard();
  return useSyncExternalStore(subscribe, state);
}
