import type { ReceivedMessage, RelayClient, TappedMessage } from '../../client/types.ts';
import type { ListeningClient, MessageSink } from '../listening/receive-messages.ts';
import type { RecordFile } from './record-file.ts';
import { type Circumstances, recordLine } from './recorded-message.ts';

/** A copy of what passed in the room, as a message. */
interface TappedArrival extends ReceivedMessage {
  readonly copy: TappedMessage;
}

/** A client whose messages are the copies of what passes in the room. */
export function roomOf(client: RelayClient): ListeningClient {
  return {
    ...client,
    get session() {
      return client.session;
    },
    get state() {
      return client.state;
    },
    on(name, listener) {
      if (name !== 'message') return client.on(name, listener);
      return client.on('tap', (copy) => {
        const { text, payload, receivedAtMs, from } = copy;
        const arrival: TappedArrival = { text, payload, receivedAtMs, from, offlineQueued: false, copy };
        // The name says which event it is, which the compiler cannot follow here.
        (listener as (message: ReceivedMessage) => void)(arrival);
      });
    },
  };
}

function isTapped(message: ReceivedMessage): message is TappedArrival {
  return 'copy' in message;
}

export interface RecordSink extends MessageSink {
  readonly recorded: number;
  /** Copies that the relay left out, because this program was too slow. */
  readonly dropped: number;
}

/** Writes messages into a file; a message is done when it is there. `ownId` is the target of what comes to this client. */
export function createRecordSink(file: RecordFile, ownId: () => string): RecordSink {
  const startedAtMs = performance.now();
  let recorded = 0;
  let dropped = 0;

  function describe(message: ReceivedMessage): Circumstances {
    const time = { ms: Math.round(performance.now() - startedAtMs), atMs: message.receivedAtMs };
    if (isTapped(message)) {
      const { copy } = message;
      dropped += copy.dropped;
      const lost = copy.dropped === 0 ? {} : { dropped: copy.dropped };
      return { ...time, from: copy.from, target: copy.target, outcome: copy.outcome, ...lost };
    }
    const queued = message.offlineQueued ? ({ queued: true } as const) : {};
    return { ...time, from: message.from, target: ownId(), ...queued, ageMs: message.ageMs };
  }

  return {
    get recorded() {
      return recorded;
    },
    get dropped() {
      return dropped;
    },
    async take(message) {
      await file.append(recordLine(message.text, message.payload, describe(message)));
      recorded += 1;
      return true;
    },
    close: () => Promise.resolve(),
  };
}
