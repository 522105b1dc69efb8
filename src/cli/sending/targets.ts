/** From what was typed behind `-t` to client ids: each once, globs over the clients that the room knows (UX). */
import { addClientFields } from '../../protocol/address.ts';
import { isClientId } from '../../protocol/client-id.ts';
import { clientIdRule } from '../../protocol/messages.ts';
import { isOneShotClientId } from '../connect.ts';
import { didYouMean } from '../did-you-mean.ts';
import { CommandError, exitCodes, usageError } from '../exit-codes.ts';
import type { KnownClients } from '../known-clients.ts';
import type { SendResult } from './send-results.ts';

/** A target, or what was typed and means none. */
export type ChosenTarget = { readonly target: string } | { readonly refused: SendResult };

/** The words as typed, each once. Throws when one cannot be a client id. */
export function readTargets(words: readonly string[]): readonly string[] {
  const wrong = words.find((word) => !isClientId(word));
  if (wrong !== undefined) throw usageError(`-t ${JSON.stringify(wrong)} is no client id: ${clientIdRule}`);
  return [...new Set(words)];
}

/** Whether a word stands for many: `*` is any text and `?` one character. */
export function isGlob(word: string): boolean {
  return /[*?]/.test(word);
}

function toPattern(glob: string): RegExp {
  const source = glob.replace(/[*?]|[^*?]+/g, (part) =>
    part === '*' ? '.*' : part === '?' ? '.' : RegExp.escape(part),
  );
  return new RegExp(`^${source}$`, 'su');
}

function refuse(target: string, message: string): ChosenTarget {
  const counts = { messages: 0, delivered: 0, queued: 0, failed: 0, durationMs: 0 };
  return { refused: { target, status: 'error', code: 'unknown_target', message, ...counts } };
}

/** Sessions of other commands are left out: nobody means them. */
function expand(glob: string, known: KnownClients): readonly ChosenTarget[] {
  const pattern = toPattern(glob);
  const matching = [...known.keys()].filter((id) => pattern.test(id) && !isOneShotClientId(id));
  if (matching.length === 0) return [refuse(glob, `no client that the room knows matches "${glob}"`)];
  return matching.sort().map((target) => ({ target }));
}

/** A name that nobody has, and the one that was meant. */
export function neverSeen(target: string, known: KnownClients): string {
  return `the room has never seen "${target}"${didYouMean(target, [...known.keys()])}`;
}

/** The same where `--force` takes the name nevertheless. */
export function unknownTarget(target: string, known: KnownClients): string {
  const sentence = neverSeen(target, known);
  return `${sentence}${sentence.endsWith('?') ? ' Otherwise' : ';'} use --force to do it nevertheless`;
}

/**
 * The targets, in the order of the words. `known` is undefined where the room cannot be asked: then every name is taken as it is,
 * and a glob is refused. `force` takes names that the room has never seen.
 */
export function chooseTargets(
  words: readonly string[],
  known: KnownClients | undefined,
  force: boolean,
): readonly ChosenTarget[] {
  const chosen = words.flatMap((word): readonly ChosenTarget[] => {
    if (known?.has(word)) return [{ target: word }];
    if (isGlob(word)) {
      if (known !== undefined) return expand(word, known);
      throw new CommandError(exitCodes.failed, `"${word}": this relay does not tell whom it knows; name the targets`);
    }
    return known === undefined || force ? [{ target: word }] : [refuse(word, unknownTarget(word, known))];
  });
  const seen = new Set<string>();
  return chosen.filter((choice) => {
    const name = 'target' in choice ? choice.target : choice.refused.target;
    return !seen.has(name) && seen.add(name);
  });
}

/** A payload with a `target` of its own must mean the one that it is sent to; said before anything is sent. */
export function checkTargetFields(payloads: readonly string[], targets: readonly string[]): void {
  for (const payload of payloads) {
    for (const target of targets.filter((word) => !isGlob(word))) {
      const addressed = addClientFields(payload, { target, sender: '' });
      if ('problem' in addressed) throw usageError(addressed.problem);
    }
  }
}
