/** What the relay knows about one device, and what is wrong with it. */
import { RelayHttpError } from '../../client/errors.ts';
import type { RelayHttp } from '../../client/http.ts';
import type { DeviceDetail } from '../../client/http-types.ts';
import { exitCodes } from '../exit-codes.ts';
import { neverSeen } from '../sending/targets.ts';
import { formatTime, sinceWhen } from '../times.ts';
import type { Finding } from './finding.ts';

const check = 'device';

export interface DeviceReport {
  readonly findings: readonly Finding[];
  /** Undefined where the room has never seen it. */
  readonly device: DeviceDetail | undefined;
}

function waits(waiting: number): string {
  if (waiting === 0) return 'nothing waits for it';
  return waiting === 1 ? '1 message waits for it' : `${waiting} messages wait for it`;
}

/** Whether it is there, and what is to be done when it is not. */
export function describeDevice(device: DeviceDetail): readonly Finding[] {
  const { device: id, state, address, online_since, last_seen, waiting, registered } = device;
  const offline = { check, ok: false, exitCode: exitCodes.failed } as const;
  if (state === 'online') {
    const detail = `${id} is online since ${formatTime(online_since)} from ${address ?? 'an address that is not known'}`;
    return [{ check, ok: true, detail }, describeQueue(device)];
  }
  if (address !== null) {
    return [
      {
        ...offline,
        detail: `${id} is connected from ${address} but silent: last heard ${sinceWhen(last_seen)}`,
        advice: 'its program hangs, its machine sleeps, or its network is gone: restart the program there',
      },
      { check: 'queue', ok: true, detail: waits(waiting) },
    ];
  }
  const start = registered
    ? 'start its program with its token and the address of this relay; a lost token: "relay device rotate-token"'
    : 'start its program; it is not registered and connects with a master key';
  return [
    last_seen === null
      ? { ...offline, detail: `${id} is known here and has not connected since the relay knows it`, advice: start }
      : {
          ...offline,
          detail: `${id} is offline, last seen ${sinceWhen(last_seen)}`,
          advice: 'look at its power and its network, and whether its program runs there and what it says',
        },
    { check: 'queue', ok: true, detail: waits(waiting) },
  ];
}

function describeQueue({ waiting }: DeviceDetail): Finding {
  if (waiting === 0) return { check: 'queue', ok: true, detail: waits(0) };
  return {
    check: 'queue',
    ok: false,
    detail: `${waits(waiting)} although it is online: it does not read, or does not confirm what it reads`,
    advice: 'its program is busy or hangs: look there; "relay queue show" shows what waits',
    exitCode: exitCodes.failed,
  };
}

export async function checkDevice(http: Pick<RelayHttp, 'device' | 'presence'>, id: string): Promise<DeviceReport> {
  try {
    const device = await http.device(id);
    return { findings: describeDevice(device), device };
  } catch (error) {
    if (!(error instanceof RelayHttpError) || error.code !== 'not_found') throw error;
    const known = new Map(Object.entries(await http.presence()));
    const advice = `register it with "relay device add ${id}", or use the name that it connects with ("relay presence" lists them)`;
    const detail = neverSeen(id, known);
    return { findings: [{ check, ok: false, detail, advice, exitCode: exitCodes.notDelivered }], device: undefined };
  }
}
