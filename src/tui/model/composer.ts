import { type CommandText, parseCommandText } from './command-text.ts';
import { type Completion, completeName } from './completion.ts';
import { bufferOf, emptyBuffer, type TextBuffer } from './text-buffer.ts';

/** Most commands that are remembered. */
const historyMax = 200;

/** The line in which commands are written. */
export interface Composer {
  readonly buffer: TextBuffer;
  /** The text taken apart; kept, because every view of the composer asks for it. */
  readonly command: CommandText;
  readonly completion: Completion | undefined;
  /** Commands that were sent, oldest first. */
  readonly history: readonly string[];
  /** The last command that went to this relay, with the names of those it went to. */
  readonly lastSent: string | undefined;
  /** The place in the history while it is looked through, and what was typed before. */
  readonly recall: { readonly index: number; readonly draft: string } | undefined;
}

export const emptyComposer: Composer = {
  buffer: emptyBuffer,
  command: parseCommandText(''),
  completion: undefined,
  history: [],
  lastSent: undefined,
  recall: undefined,
};

function withBuffer(composer: Composer, buffer: TextBuffer): Composer {
  const command = buffer.text === composer.buffer.text ? composer.command : parseCommandText(buffer.text);
  return { ...composer, buffer, command };
}

/** Changes text or cursor; looking through the history and completing end with it. */
export function editComposer(composer: Composer, edit: (buffer: TextBuffer) => TextBuffer): Composer {
  return { ...withBuffer(composer, edit(composer.buffer)), completion: undefined, recall: undefined };
}

export function fillComposer(composer: Composer, text: string): Composer {
  return editComposer(composer, () => bufferOf(text));
}

/** Empties it, and remembers the command: as it was typed, or with the names of marked targets. */
export function rememberCommand(composer: Composer, text = composer.buffer.text): Composer {
  const history = [...composer.history.filter((earlier) => earlier !== text), text].slice(-historyMax);
  return { ...fillComposer(composer, ''), history };
}

/** A command was sent: it is remembered, and offered again. */
export function rememberSent(composer: Composer, text: string): Composer {
  return { ...rememberCommand(composer, text), lastSent: text };
}

/** What one step back in the history brings, when that is what was sent here last. */
export function offeredAgain({ history, lastSent }: Composer): string | undefined {
  return history.at(-1) === lastSent ? lastSent : undefined;
}

/** Commands of earlier sessions, older than those of this one. */
export function addHistory(composer: Composer, earlier: readonly string[]): Composer {
  return { ...composer, history: [...earlier, ...composer.history].slice(-historyMax) };
}

/** Goes to an older command (-1) or a newer one (1); the newest of all is what was being typed. */
export function recallCommand(composer: Composer, step: -1 | 1): Composer {
  const { history } = composer;
  const recall = composer.recall ?? { index: history.length, draft: composer.buffer.text };
  const index = recall.index + step;
  if (index < 0 || index > history.length) return composer;
  const text = history[index] ?? recall.draft;
  const recalled = withBuffer(composer, bufferOf(text));
  return { ...recalled, completion: undefined, recall: index === history.length ? undefined : { ...recall, index } };
}

/** Completes the name at the cursor; undefined when there is nothing to complete. */
export function completeInComposer(composer: Composer, ids: readonly string[]): Composer | undefined {
  const completed = completeName(composer.buffer, ids, composer.completion);
  if (completed === undefined) return undefined;
  return { ...withBuffer(composer, completed.buffer), completion: completed.completion, recall: undefined };
}
