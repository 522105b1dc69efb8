import type { RelayClient, Session } from '../../client/types.ts';
import type { AwaitedMessage } from './awaited.ts';
import { type Fate, fateInWords } from './fate.ts';
import type { Wait } from './send-request.ts';
import type { Tally } from './tally.ts';
import { type Told, toWord } from './told.ts';
import { hearWhatWasTold, type Withdraw } from './withdraw.ts';

export interface GiveUpPorts {
  readonly client: Pick<RelayClient, 'ping'>;
  readonly session: Pick<Session, 'clientId'>;
  readonly withdraw: Withdraw;
}

/** Why the waiting ended before every word had come. */
export interface GivingUp {
  readonly code: 'timeout' | 'interrupted' | 'connection_lost';
  readonly message: string;
}

interface GivenUp {
  readonly messages: readonly AwaitedMessage[];
  /** What is told from now on. */
  readonly late: ReadonlyMap<AwaitedMessage, Told>;
  readonly tally: Tally;
}

/**
 * Whether that is what taking it back made of it. Then the time-out is the reason; and that it was cancelled says nothing about an
 * earlier delivery without proof, with an older relay.
 */
function isOwnDoing(told: Told): boolean {
  return told.status === 'cancelled' || (told.status === 'error' && told.code === 'unconfirmed');
}

/** Takes back what still waits, if the command waited for its delivery, and says what each can still do. */
export async function giveUp(
  { client, session, withdraw }: GiveUpPorts,
  wait: Wait,
  { code, message }: GivingUp,
  { messages, late, tally }: GivenUp,
): Promise<void> {
  const groups = Map.groupBy(messages, (each) => each.target);
  const unanswered = [...groups].map(([target, group]) => ({
    sender: session.clientId,
    target,
    ids: new Set(group.map(({ id }) => id)),
  }));
  const withdrawn = wait === 'delivered' ? await withdraw(unanswered) : new Map<string, ReadonlySet<string>>();
  // What ended meanwhile, and so could not be withdrawn, has been told when this is over.
  await hearWhatWasTold(client);
  for (const each of messages) {
    const isCancelled = withdrawn.get(each.target)?.has(each.id) === true;
    const told = isCancelled ? undefined : late.get(each);
    const fate: Fate = isCancelled ? 'cancelled' : 'may still run';
    const isKnown = told !== undefined && told.status !== 'unknown' && !isOwnDoing(told);
    const given = { status: 'error', code, message: `${message}: ${fateInWords(fate)}`, fate } as const;
    tally.note(each.target, isKnown ? toWord(told) : given);
  }
}
