/** A commander's state without network and terminal: what happens goes in, state and effects come out. */
import type { Session } from '../../src/client/types.ts';
import { toExtensions } from '../../src/protocol/extensions.ts';
import { defaultUserLimits } from '../../src/protocol/limits.ts';
import type { Device } from '../../src/tui/model/device-list.ts';
import type { Action } from '../../src/tui/state/action.ts';
import { reduce } from '../../src/tui/state/reduce.ts';
import { type CommanderState, initialState, type Screen, type Size } from '../../src/tui/state/state.ts';
import type { Effect } from '../../src/tui/state/step.ts';
import type { Stroke } from '../../src/tui/strokes.ts';

/** Everything that a relay of ours grants. */
export const ownSession: Session = {
  clientId: 'me',
  extensions: toExtensions(['receipts', 'ttl', 'age', 'presence', 'from', 'tap']),
  limits: defaultUserLimits(),
};

/** Fixed, so that screens are the same everywhere: 2026-07-30 12:03:11.412 in the test's time zone. */
export const startMs = new Date(2026, 6, 30, 12, 3, 11, 412).getTime();

export interface Harness {
  readonly state: CommanderState;
  /** Everything that was asked of the outside world so far. */
  readonly effects: readonly Effect[];
  /** Messages that were asked to be sent so far. */
  readonly sent: readonly Extract<Effect, { effect: 'send' }>[];
  act(...actions: readonly Action[]): void;
  /** Keys one after the other, by their names, as `press('tab', 'enter')`. */
  press(...keys: readonly string[]): void;
  /** Characters that come in one piece. */
  type(text: string): void;
  /** Lets time pass. */
  wait(durationMs: number): void;
}

export interface HarnessOptions {
  readonly size?: Size;
  readonly devices?: readonly Device[];
  /** What the relay grants; nothing unless said. */
  readonly session?: Session;
  /** `waiting` is a connection that was lost. */
  readonly connection?: 'authenticated' | 'waiting' | 'none';
  readonly screen?: Screen;
}

export function online(id: string): Device {
  return { id, state: 'online', waiting: 0 };
}

export function offline(id: string, waiting = 0, ageMs?: number): Device {
  return { id, state: 'offline', waiting, ...(ageMs === undefined ? {} : { lastSeenMs: startMs - ageMs }) };
}

const lost = { kind: 'lost', closeCode: 1006, reason: 'the connection broke off' } as const;

export function createHarness({
  size = { columns: 120, rows: 36 },
  devices = [],
  connection = 'authenticated',
  session,
  screen = { name: 'main' },
}: HarnessOptions = {}): Harness {
  let nowMs = startMs;
  let state = initialState({ size, nowMs, messageIdPrefix: 'c-test', screen });
  const effects: Effect[] = [];

  function act(...actions: readonly Action[]): void {
    for (const action of actions) {
      const step = reduce(state, action, nowMs);
      state = step.state;
      effects.push(...step.effects);
    }
  }

  const strokes = (given: readonly Stroke[]): void => act({ type: 'strokes', strokes: given });
  act({ type: 'relay-chosen', label: 'prod', url: 'wss://relay.example/ws/connect/' });
  if (connection === 'authenticated') {
    act({
      type: 'connection-changed',
      connection: { phase: 'authenticated', clientId: 'me', sinceMs: nowMs },
      session,
    });
    act({ type: 'round-trip', roundTripMs: 22 });
  } else if (connection === 'waiting') {
    const waiting = { phase: 'waiting', attempt: 2, retryAtMs: nowMs + 5000, ending: lost } as const;
    act({ type: 'connection-changed', connection: waiting });
  }
  if (devices.length > 0) act({ type: 'devices-polled', devices, isComplete: true });

  return {
    get state() {
      return state;
    },
    effects,
    get sent() {
      return effects.filter((effect) => effect.effect === 'send');
    },
    act,
    press: (...keys) => strokes(keys.map((key) => ({ key }))),
    type: (text) => strokes([{ text }]),
    wait(durationMs) {
      nowMs += durationMs;
      act({ type: 'ticked' });
    },
  };
}

/** A message as the client library hands it on. */
export function received(payload: Readonly<Record<string, unknown>>, atMs = startMs): Action {
  return {
    type: 'received',
    messages: [
      {
        text: JSON.stringify(payload),
        payload,
        offlineQueued: payload._offline_queued === true,
        receivedAtMs: atMs,
        ...(typeof payload._re === 'string' ? { re: payload._re } : {}),
      },
    ],
  };
}
