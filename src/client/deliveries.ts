import type { ErrorMessage, ReceiptMessage } from '../protocol/messages.ts';
import { RelaySendError } from './errors.ts';
import type { Acceptance, Delivery, DeliveryError, FinalState, UnknownFate } from './types.ts';

/** Messages whose end is awaited at one time; beyond it the oldest is given up. */
const awaitedMax = 50_000;

/** What the relay says of one message, and to whom it is told. */
interface Awaited {
  readonly accepted: PromiseWithResolvers<Acceptance>;
  readonly final: PromiseWithResolvers<FinalState>;
  /** How far it is known to have come. */
  last: 'waiting' | 'sent' | 'queued';
}

/** One message on its way out. */
export interface Departure {
  readonly id: string;
  readonly target: string;
  /** Sends it; see `Connection.send`. */
  readonly send: (started: () => void) => Promise<void>;
}

/** Follows messages by their `_id` and target until their end (PROTOCOL B `receipts`). */
export interface Deliveries {
  follow(departure: Departure): Delivery;
  handleReceipt(receipt: ReceiptMessage): void;
  handleError(error: ErrorMessage): void;
  /** The connection is gone: nothing will be told any more of what had left. */
  abandon(reason: string): void;
}

/** Nothing of it was sent. */
export function failedDelivery(id: string, target: string, error: RelaySendError): Delivery {
  const fate = Promise.resolve(toDeliveryError(error));
  return { id, target, sent: Promise.resolve(), accepted: fate, final: fate };
}

/** Without receipts only its leaving is known. */
export function untoldDelivery({ id, target, send }: Departure): Delivery {
  const left = send(() => undefined);
  const message = 'the relay does not tell what becomes of messages (no receipts)';
  return {
    id,
    target,
    sent: left.catch(() => undefined),
    accepted: left.then(() => ({ status: 'sent' }) as const, toFate),
    final: left.then(() => ({ status: 'unknown', last: 'sent', message }) as const, toFate),
  };
}

/** What failed on this side: told as lost where nobody knows whether it left. */
function toFate(error: RelaySendError): DeliveryError | UnknownFate {
  return error.code === 'connection_lost'
    ? { status: 'unknown', last: 'sent', message: error.message }
    : toDeliveryError(error);
}

function toDeliveryError({ code, message }: RelaySendError | ErrorMessage): DeliveryError {
  return { status: 'error', code, message };
}

function keyOf(id: string, target: string): string {
  return JSON.stringify([id, target]);
}

export function createDeliveries(): Deliveries {
  const awaited = new Map<string, Awaited>();

  function settle(key: string, accepted: Acceptance, final: FinalState): void {
    const entry = awaited.get(key);
    awaited.delete(key);
    entry?.accepted.resolve(accepted);
    entry?.final.resolve(final);
  }

  function giveUp(key: string, { last }: Awaited, reason: string): void {
    if (last === 'waiting') return;
    const fate: UnknownFate = { status: 'unknown', last, message: reason };
    settle(key, fate, fate);
  }

  function giveUpOldest(): void {
    for (const [key, entry] of awaited) {
      if (entry.last === 'waiting') continue;
      giveUp(key, entry, `${awaitedMax} messages sent after it await their end, too: it is not followed any more`);
      return;
    }
  }

  return {
    follow({ id, target, send }) {
      const key = keyOf(id, target);
      if (awaited.has(key)) {
        const message = `a message with the _id ${JSON.stringify(id)} to ${target} still awaits its end: use another id`;
        return failedDelivery(id, target, new RelaySendError('duplicate_id', message));
      }
      if (awaited.size >= awaitedMax) giveUpOldest();
      const entry: Awaited = {
        accepted: Promise.withResolvers(),
        final: Promise.withResolvers(),
        last: 'waiting',
      };
      awaited.set(key, entry);
      const left = send(() => {
        entry.last = 'sent';
      });
      const sent = left.catch((error: RelaySendError) => {
        const fate = toFate(error);
        if (awaited.get(key) === entry) settle(key, fate, fate);
      });
      return { id, target, sent, accepted: entry.accepted.promise, final: entry.final.promise };
    },
    handleReceipt({ status, _id, target }) {
      const key = keyOf(_id, target);
      const entry = awaited.get(key);
      if (entry === undefined) return;
      if (status === 'queued') {
        entry.last = 'queued';
        entry.accepted.resolve({ status });
      } else {
        // Whatever expires or is cancelled had been queued.
        settle(key, { status: status === 'delivered' ? status : 'queued' }, { status });
      }
    },
    handleError(error) {
      const { _id, target } = error;
      if (_id === undefined || target === undefined) return;
      const refused = toDeliveryError(error);
      settle(keyOf(_id, target), refused, refused);
    },
    abandon(reason) {
      for (const [key, entry] of [...awaited]) giveUp(key, entry, reason);
    },
  };
}
