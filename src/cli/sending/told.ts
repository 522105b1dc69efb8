import type { Delivery } from '../../client/types.ts';
import { fateInWords } from './fate.ts';
import type { Wait } from './send-request.ts';
import type { Word } from './tally.ts';

/** What the relay said of a message, or that nobody will say it any more. */
export type Told = Awaited<Delivery['accepted']> | Awaited<Delivery['final']>;

async function sentWord({ sent }: Delivery): Promise<Told> {
  await sent;
  return { status: 'sent' };
}

/** What a command waits for. */
export function toldOf(delivery: Delivery, wait: Wait): Promise<Told> {
  // Where it could not leave, `accepted` says why before `sent` resolves.
  if (wait === 'sent') return Promise.race([delivery.accepted, sentWord(delivery)]);
  return wait === 'delivered' ? delivery.final : delivery.accepted;
}

export function toWord(told: Exclude<Told, { readonly status: 'unknown' }>): Word {
  switch (told.status) {
    case 'sent':
    case 'queued':
    case 'delivered':
      return { status: told.status };
    case 'expired':
      return { status: 'error', code: 'expired', message: `expired: ${fateInWords('cancelled')}`, fate: 'cancelled' };
    case 'cancelled':
      return {
        status: 'error',
        code: 'cancelled',
        message: 'cancelled by another: it will not run',
        fate: 'cancelled',
      };
    case 'error': {
      const { code, message } = told;
      if (code === 'unconfirmed') return { status: 'error', code, message, fate: 'may still run' };
      return { status: 'error', code: code === 'not_connected' ? 'connection_lost' : code, message };
    }
    default:
      return told satisfies never;
  }
}
