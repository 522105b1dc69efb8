import type { Snippet } from '../../client/snippets.ts';
import type { LogEntry } from '../model/log-entry.ts';
import type { Joining } from './connect-form.ts';
import type { Removal } from './overlay.ts';
import type { CommanderState, Notice } from './state.ts';

/** What a change asks of the outside world. The state never acts by itself. */
export type Effect =
  | { readonly effect: 'send'; readonly seq: number; readonly target: string; readonly json: string }
  | { readonly effect: 'tap'; readonly isOn: boolean }
  | { readonly effect: 'start-local-relay' }
  /** Shows the relay what the form holds and, when it takes the key, saves it and connects. */
  | { readonly effect: 'join'; readonly joining: Joining }
  /** Nothing comes of what is being tried. */
  | { readonly effect: 'give-up' }
  | { readonly effect: 'reconnect' }
  | { readonly effect: 'list-profiles' }
  | { readonly effect: 'open-profile'; readonly name: string }
  | { readonly effect: 'list-snippets' }
  | { readonly effect: 'save-snippet'; readonly name: string; readonly snippet: Snippet }
  /** Keeps a command for the sessions to come. */
  | { readonly effect: 'remember'; readonly command: string }
  | { readonly effect: 'add-device'; readonly id: string }
  | { readonly effect: 'remove-device'; readonly id: string }
  /** `keepOld`: how long the old token goes on; not at all without it. */
  | { readonly effect: 'rotate-token'; readonly id: string; readonly keepOld: string | undefined }
  /** Asks what is known of a device and what waits for it. */
  | { readonly effect: 'look'; readonly id: string }
  | { readonly effect: 'remove'; readonly removal: Removal }
  | { readonly effect: 'cancel-sent'; readonly target: string; readonly messageId: string }
  | { readonly effect: 'copy'; readonly text: string }
  | { readonly effect: 'save'; readonly entries: readonly LogEntry[] }
  | { readonly effect: 'save-worker'; readonly worker: string }
  /** Gives the text to $EDITOR and the terminal with it. */
  | { readonly effect: 'edit'; readonly text: string }
  | { readonly effect: 'redraw' }
  | { readonly effect: 'suspend' }
  /** `keepsRelay`: the relay inside goes on without this commander. */
  | { readonly effect: 'exit'; readonly keepsRelay?: true };

/** The next state, and what it asks for. */
export interface Step {
  readonly state: CommanderState;
  readonly effects: readonly Effect[];
}

export function step(state: CommanderState, ...effects: readonly Effect[]): Step {
  return { state, effects };
}

const noticeMs = 6000;

/** Says something at the bottom of the screen. */
export function notify(state: CommanderState, tone: Notice['tone'], text: string): CommanderState {
  return { ...state, notice: { tone, text, untilMs: state.nowMs + noticeMs } };
}

const problemsMax = 200;

/** Remembers what went wrong for the list behind `e`. */
export function addProblem(state: CommanderState, text: string): CommanderState {
  const problems = [...state.problems, { atMs: state.nowMs, text }].slice(-problemsMax);
  return { ...state, problems, unseenProblems: state.unseenProblems + 1 };
}
