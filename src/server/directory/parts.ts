import type { Clock } from '../clock.ts';
import type { LimitsOfUsers } from './limits.ts';
import type { DirectoryListener } from './listener.ts';
import type { DirectoryState } from './state.ts';

/** What users, keys and devices share. */
export interface DirectoryParts {
  readonly state: DirectoryState;
  readonly clock: Clock;
  readonly listener: DirectoryListener;
  readonly limits: LimitsOfUsers;
}
