import type { Action } from './state/action.ts';
import { reduce } from './state/reduce.ts';
import type { CommanderState } from './state/state.ts';
import type { Effect } from './state/step.ts';

/** What came from the network is shown so many milliseconds later at most: ten frames a second cost a tenth of a core. */
const batchMs = 100;

export interface Store {
  readonly state: CommanderState;
  /** Grows with every change that is to be seen: what React compares. */
  readonly version: number;
  /** Calls the listener whenever `version` grew; returns how to stop. */
  subscribe(listener: () => void): () => void;
  /** Changes the state and shows it at once: for keys and the terminal. */
  dispatch(action: Action): void;
  /** Changes the state with the next batch, in order: for the network. */
  enqueue(action: Action): void;
  /** Forgets what is queued and shows nothing any more. */
  close(): void;
}

export interface StorePorts {
  readonly now: () => number;
  /** Does what a change asks for; may dispatch. */
  readonly perform: (effect: Effect) => void;
}

/** Both as one change; undefined when they are of different kinds. */
function mergeTwo(one: Action, other: Action): Action | undefined {
  if (one.type === 'received' && other.type === 'received')
    return { type: 'received', messages: one.messages.concat(other.messages) };
  if (one.type === 'tapped' && other.type === 'tapped')
    return { type: 'tapped', messages: one.messages.concat(other.messages) };
  if (one.type === 'presence-pushed' && other.type === 'presence-pushed')
    return { type: 'presence-pushed', devices: { ...one.devices, ...other.devices } };
  return undefined;
}

/** Many messages are one change: their entries are added together. */
function mergeAlike(actions: readonly Action[]): readonly Action[] {
  const merged: Action[] = [];
  for (const action of actions) {
    const last = merged.at(-1);
    const both = last === undefined ? undefined : mergeTwo(last, action);
    if (both === undefined) merged.push(action);
    else merged[merged.length - 1] = both;
  }
  return merged;
}

/** The state of the commander, outside React; views select from it. */
export function createStore(initial: CommanderState, ports: StorePorts): Store {
  const listeners = new Set<() => void>();
  let state = initial;
  let version = 0;
  let queue: Action[] = [];
  let timer: NodeJS.Timeout | undefined;

  function apply(action: Action): void {
    const next = reduce(state, action, ports.now());
    state = next.state;
    for (const effect of next.effects) ports.perform(effect);
  }

  function applyQueue(): void {
    clearTimeout(timer);
    timer = undefined;
    const queued = queue;
    queue = [];
    for (const action of mergeAlike(queued)) apply(action);
  }

  function show(): void {
    version++;
    for (const listener of listeners) listener();
  }

  function flush(): void {
    applyQueue();
    show();
  }

  return {
    get state() {
      return state;
    },
    get version() {
      return version;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispatch(action) {
      applyQueue();
      apply(action);
      show();
    },
    enqueue(action) {
      queue.push(action);
      timer ??= setTimeout(flush, batchMs);
    },
    close() {
      clearTimeout(timer);
      queue = [];
      listeners.clear();
    },
  };
}
