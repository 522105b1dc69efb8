/** One command and its reply, or what became of it instead (UX `call`, "No command fires late by surprise"). */
import type { FinalState, ReceivedMessage, RelayClient, Session } from '../../client/types.ts';
import { formatDuration } from '../../protocol/units.ts';
import { timerMsMax } from '../sending/awaited.ts';
import type { Fate } from '../sending/fate.ts';
import { hearWhatWasTold, type Withdraw } from '../sending/withdraw.ts';
import { isReplyTo } from './reply.ts';

export interface CallPorts {
  readonly client: Pick<RelayClient, 'on' | 'sendTracked' | 'ping'>;
  readonly session: Pick<Session, 'clientId'>;
  readonly withdraw: Withdraw;
}

export interface CallRequest {
  readonly target: string;
  /** The text of a JSON object. */
  readonly payload: string;
  readonly timeoutMs: number;
  /** How long it may wait for its target. */
  readonly ttlMs: number;
  readonly matchSender: boolean;
  /** Resolves when the command is interrupted. */
  readonly interrupted: Promise<void>;
}

/** The target did not get it, and will not, or may have got it (`unconfirmed`). */
export interface CallRefused {
  readonly kind: 'refused';
  readonly code: string;
  readonly message: string;
  readonly fate?: Fate;
}

export interface CallGivenUp {
  readonly kind: 'given-up';
  readonly code: 'timeout' | 'interrupted' | 'connection_lost';
  readonly message: string;
  readonly fate: Fate;
}

export type CallEnd = { readonly kind: 'reply'; readonly message: ReceivedMessage } | CallRefused | CallGivenUp;

/** Why nobody waits any longer. */
type Reason = Pick<CallGivenUp, 'code' | 'message'>;

/** An end that the relay told; undefined for `delivered`, after which the reply is awaited. */
function endOf(state: FinalState): CallEnd | Reason | undefined {
  switch (state.status) {
    case 'delivered':
      return undefined;
    case 'expired':
      return { kind: 'given-up', code: 'timeout', message: 'it was not there in time', fate: 'cancelled' };
    case 'cancelled':
      return {
        kind: 'refused',
        code: 'cancelled',
        message: 'another has taken it out of the queue',
        fate: 'cancelled',
      };
    case 'unknown':
      return { code: 'connection_lost', message: state.message };
    case 'error':
      if (state.code === 'not_connected') return { code: 'connection_lost', message: state.message };
      return {
        kind: 'refused',
        code: state.code,
        message: state.message,
        ...(state.code === 'unconfirmed' ? { fate: 'may still run' } : {}),
      };
    default:
      return state satisfies never;
  }
}

/** Sends one message and waits for its reply. */
export async function performCall(ports: CallPorts, request: CallRequest): Promise<CallEnd> {
  const { client } = ports;
  const { target, payload, timeoutMs, ttlMs, matchSender } = request;
  const delivery = client.sendTracked(target, payload, { ttlMs });
  const asked = { target, id: delivery.id, matchSender };
  const ended = Promise.withResolvers<CallEnd | Reason>();
  let reply: ReceivedMessage | undefined;
  let final: FinalState | undefined;
  const stops = [
    client.on('message', (message) => {
      if (reply !== undefined || !isReplyTo(message, asked)) return;
      reply = message;
      ended.resolve({ kind: 'reply', message });
    }),
    client.on('state', (state) => {
      if (state.phase === 'closed') ended.resolve({ code: 'connection_lost', message: state.ending.reason });
    }),
  ];
  void delivery.final.then((state) => {
    final = state;
    const end = endOf(state);
    if (end !== undefined) ended.resolve(end);
  });
  const late = `no reply within ${formatDuration(timeoutMs)}`;
  const timer = setTimeout(() => ended.resolve({ code: 'timeout', message: late }), Math.min(timeoutMs, timerMsMax));
  void request.interrupted.then(() => ended.resolve({ code: 'interrupted', message: 'interrupted' }));
  try {
    const end = await ended.promise;
    if ('kind' in end) return end;
    const fate = await takeBack(ports, asked, () => final);
    return reply === undefined ? { ...fate, ...end } : { kind: 'reply', message: reply };
  } finally {
    clearTimeout(timer);
    for (const stop of stops) stop();
  }
}

/** Takes the message out of the queue if it still waits there, and says what it can still do. */
async function takeBack(
  { client, session, withdraw }: CallPorts,
  { target, id }: { readonly target: string; readonly id: string },
  final: () => FinalState | undefined,
): Promise<Pick<CallGivenUp, 'kind' | 'fate'>> {
  const isDelivered = () => final()?.status === 'delivered';
  if (isDelivered()) return { kind: 'given-up', fate: 'may still run' };
  const withdrawn = await withdraw([{ sender: session.clientId, target, ids: new Set([id]) }]);
  if (withdrawn.get(target)?.has(id)) return { kind: 'given-up', fate: 'cancelled' };
  // What ended meanwhile, and so could not be withdrawn, has been told when this is over.
  await hearWhatWasTold(client);
  return { kind: 'given-up', fate: final()?.status === 'expired' ? 'cancelled' : 'may still run' };
}
