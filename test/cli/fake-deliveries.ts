import { RelaySendError } from '../../src/client/errors.ts';
import type { Acceptance, Delivery, FinalState, SendOptions } from '../../src/client/types.ts';

interface SentMessage {
  readonly target: string;
  readonly payload: string;
  readonly options: SendOptions;
  readonly accepted: PromiseWithResolvers<Acceptance>;
  readonly final: PromiseWithResolvers<FinalState>;
}

/** A client whose relay says of each message what the test lets it say. */
export function createFakeSender(answer: (message: SentMessage, index: number) => void = () => undefined) {
  const sent: SentMessage[] = [];
  let ping = () => Promise.resolve(1);
  return {
    sent,
    /** Ends a message, and tells it as the first word, too, where there was none. */
    end(index: number, state: FinalState): void {
      if (state.status === 'error' || state.status === 'unknown') sent[index]?.accepted.resolve(state);
      else sent[index]?.accepted.resolve({ status: 'queued' });
      sent[index]?.final.resolve(state);
    },
    accept: (index: number, state: Acceptance) => sent[index]?.accepted.resolve(state),
    onPing(action: () => void): void {
      ping = async () => {
        action();
        return 1;
      };
    },
    losePings(): void {
      ping = () => Promise.reject(new RelaySendError('connection_lost', 'the connection was lost'));
    },
    client: {
      sendTracked(target: string, payload: Readonly<Record<string, unknown>> | string, options: SendOptions = {}) {
        const message = {
          target,
          payload: String(payload),
          options,
          accepted: Promise.withResolvers<Acceptance>(),
          final: Promise.withResolvers<FinalState>(),
        };
        sent.push(message);
        answer(message, sent.length - 1);
        const delivery: Delivery = {
          id: `id-${sent.length}`,
          target,
          sent: Promise.resolve(),
          accepted: message.accepted.promise,
          final: message.final.promise,
        };
        return delivery;
      },
      ping: () => ping(),
    },
  };
}
