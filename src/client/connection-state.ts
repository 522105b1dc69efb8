import { reconnectRule } from '../protocol/codes.ts';
import { backoffDelayMs, type Random, slowDelayMs } from './backoff.ts';
import type { ConnectionState, Ending } from './types.ts';

/**
 * A connection that stayed authenticated so long has proven itself, and the next failure is a first one again. One that is
 * accepted and dropped at once keeps the backoff growing: it would be a storm otherwise.
 */
export const provenAfterMs = 30_000;

/** What the public state does not show: how many tries failed since the last connection that lasted. */
export interface Lifecycle {
  readonly state: ConnectionState;
  readonly failures: number;
}

export type LifecycleEvent =
  | { readonly type: 'authenticated'; readonly clientId: string }
  | { readonly type: 'ended'; readonly ending: Ending }
  | { readonly type: 'retry' }
  | { readonly type: 'stop'; readonly ending: Ending };

export interface ReconnectPolicy {
  readonly mode: 'interactive' | 'unattended';
  readonly reconnect: boolean;
}

interface Surroundings {
  readonly policy: ReconnectPolicy;
  readonly nowMs: number;
  readonly random: Random;
}

export const firstLifecycle: Lifecycle = { state: { phase: 'connecting', attempt: 1 }, failures: 0 };

/** How long to wait after this end, or undefined when it was the last (the reconnect column of PROTOCOL D). */
function delayMsAfter(ending: Ending, failures: number, { policy, random }: Surroundings): number | undefined {
  if (!policy.reconnect) return undefined;
  const rule = reconnectRule(ending.closeCode);
  switch (rule) {
    case 'never':
      return undefined;
    case 'slow':
      return policy.mode === 'interactive' ? undefined : slowDelayMs(random);
    case 'backoff':
      return backoffDelayMs(failures, random);
    default:
      return rule satisfies never;
  }
}

function afterEnd(lifecycle: Lifecycle, ending: Ending, around: Surroundings): Lifecycle {
  const { state } = lifecycle;
  const proven = state.phase === 'authenticated' && around.nowMs - state.sinceMs >= provenAfterMs;
  const failures = proven ? 1 : lifecycle.failures + 1;
  const delayMs = delayMsAfter(ending, failures, around);
  if (delayMs === undefined) return { state: { phase: 'closed', ending }, failures };
  const retryAtMs = around.nowMs + delayMs;
  return { state: { phase: 'waiting', retryAtMs, attempt: failures + 1, ending }, failures };
}

/** The life of a client as a pure function. An event that does not fit the phase changes nothing, and `closed` is final. */
export function advance(lifecycle: Lifecycle, event: LifecycleEvent, around: Surroundings): Lifecycle {
  const { state, failures } = lifecycle;
  if (state.phase === 'closed') return lifecycle;
  switch (event.type) {
    case 'authenticated':
      if (state.phase !== 'connecting') return lifecycle;
      return { state: { phase: 'authenticated', clientId: event.clientId, sinceMs: around.nowMs }, failures };
    case 'ended':
      return state.phase === 'waiting' ? lifecycle : afterEnd(lifecycle, event.ending, around);
    case 'retry':
      if (state.phase !== 'waiting') return lifecycle;
      return { state: { phase: 'connecting', attempt: failures + 1 }, failures };
    case 'stop':
      return { state: { phase: 'closed', ending: event.ending }, failures };
    default:
      return event satisfies never;
  }
}
