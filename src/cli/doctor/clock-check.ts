import type { RelayAddress } from '../../client/address.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finding } from './finding.ts';
import { probe } from './http-probe.ts';

/** A `Date` header has whole seconds, and the way takes time; more than this is a clock that is wrong. */
const differenceMsMax = 5_000;

/** What the difference of two clocks means; `askedAtMs` and `durationMs` are of this machine. */
export function describeClock(date: string, askedAtMs: number, durationMs: number): Finding {
  const check = 'clock';
  // The header is cut to the second, so that half a second is added.
  const differenceMs = Date.parse(date) + 500 - (askedAtMs + durationMs / 2);
  if (Number.isNaN(differenceMs)) return { check, ok: true, detail: 'the relay does not say what time it is' };
  const seconds = Math.round(Math.abs(differenceMs) / 1000);
  const side = differenceMs > 0 ? 'behind' : 'ahead of';
  if (Math.abs(differenceMs) <= differenceMsMax) return { check, ok: true, detail: 'the same as that of the relay' };
  return {
    check,
    ok: false,
    detail: `this machine's clock is ${seconds} s ${side} that of the relay`,
    advice: 'set the clock of the one that is wrong (timedatectl set-ntp true): certificates and logs depend on it',
    exitCode: exitCodes.failed,
  };
}

/** Compares this machine's clock with the `Date` header of the relay's HTTP side. */
export async function checkClock({ http }: RelayAddress, ca: string | undefined): Promise<Finding> {
  const askedAtMs = Date.now();
  try {
    const { headers, durationMs } = await probe(`${http}/healthz`, {}, ca);
    return describeClock(headers.date ?? '', askedAtMs, durationMs);
  } catch {
    // The WebSocket has opened, so that a relay without an HTTP side is no fault.
    return { check: 'clock', ok: true, detail: 'the relay does not say what time it is' };
  }
}
