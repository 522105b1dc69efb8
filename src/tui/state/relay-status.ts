import type { ConnectionState, Session } from '../../client/types.ts';
import { emptyDeviceList, forgetPushes } from '../model/device-list.ts';
import type { CommanderState, LocalRelayInfo, RelayStatus } from './state.ts';
import { addProblem } from './step.ts';

interface ChosenRelay {
  readonly label: string;
  readonly url: string;
  readonly profile?: string | undefined;
  readonly local?: LocalRelayInfo | undefined;
}

/** Another relay: what was known of the last one's devices holds no longer, the log stays. */
export function chooseRelay(state: CommanderState, { label, url, profile, local }: ChosenRelay): CommanderState {
  const relay: RelayStatus = {
    ...state.relay,
    label,
    url,
    profile,
    local,
    connection: undefined,
    session: undefined,
    isTapped: false,
    roundTripMs: undefined,
    presenceProblem: undefined,
  };
  const relayInside = local ?? state.relayInside;
  // What was sent elsewhere is not offered here: the same name may be another machine.
  const composer = { ...state.composer, lastSent: undefined };
  return { ...state, relay, relayInside, composer, devices: { ...emptyDeviceList, order: state.devices.order } };
}

/** Why a connection is no more, in a sentence; undefined while nothing is wrong. */
function lossOf(connection: ConnectionState): string | undefined {
  if (connection.phase !== 'waiting' && connection.phase !== 'closed') return undefined;
  if (connection.ending.kind === 'closed') return undefined;
  return connection.ending.reason;
}

export function changeConnection(
  state: CommanderState,
  connection: ConnectionState,
  session: Session | undefined,
): CommanderState {
  const roundTripMs = session === undefined ? undefined : state.relay.roundTripMs;
  const relay: RelayStatus = { ...state.relay, connection, session, roundTripMs };
  const changed: CommanderState = { ...state, relay, devices: forgetPushes(state.devices) };
  const loss = lossOf(connection);
  // A relay that stays away is tried again and again for the same reason, which is said once.
  // The relay's own error of the same words has come before its end.
  const last = state.problems.at(-1)?.text;
  const isRepeated = loss === undefined || last === loss || last?.endsWith(`: ${loss}`) === true;
  return isRepeated ? changed : addProblem(changed, loss);
}

const ratePeriodMs = 1000;

/** Counts the messages of each full second. */
export function countRates(relay: RelayStatus, nowMs: number): RelayStatus {
  const elapsedMs = nowMs - relay.counted.atMs;
  if (elapsedMs < ratePeriodMs) return relay;
  const perSecond = (total: number, before: number) => Math.round(((total - before) * 1000) / elapsedMs);
  const { received, sent } = relay;
  return {
    ...relay,
    rates: { in: perSecond(received, relay.counted.received), out: perSecond(sent, relay.counted.sent) },
    counted: { received, sent, atMs: nowMs },
  };
}
