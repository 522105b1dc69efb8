import { describe, expect, it } from 'vitest';
import { describeClock } from '../../../src/cli/doctor/clock-check.ts';
import { describeDevice } from '../../../src/cli/doctor/device-check.ts';
import { certificateAdvice, placeOf } from '../../../src/cli/doctor/network-checks.ts';
import type { DeviceDetail } from '../../../src/client/http-types.ts';

const device: DeviceDetail = {
  device: 'gate',
  state: 'offline',
  online_since: null,
  last_seen: null,
  waiting: 0,
  registered: true,
  address: null,
  created_at: '2026-01-01T00:00:00.000Z',
  outcomes: [],
};

describe('what doctor says of a device', () => {
  const online = { state: 'online', online_since: '2026-01-01T00:00:00.000Z', address: '10.0.0.7' } as const;

  it('is well while it is online and nothing waits', () => {
    const findings = describeDevice({ ...device, ...online });
    expect(findings.map(({ ok }) => ok)).toEqual([true, true]);
    expect(findings[0]?.detail).toContain('from 10.0.0.7');
  });

  it('is that it does not read when something waits although it is online', () => {
    const [, queue] = describeDevice({ ...device, ...online, waiting: 3 });
    expect(queue).toMatchObject({ ok: false, detail: expect.stringContaining('3 messages wait'), exitCode: 1 });
  });

  it('is that it is silent while its connection is open and nothing was heard', () => {
    const [first] = describeDevice({ ...device, address: '10.0.0.7', last_seen: new Date().toISOString(), waiting: 1 });
    expect(first).toMatchObject({ ok: false, detail: expect.stringContaining('silent'), exitCode: 1 });
  });

  it('tells one that has gone from one that never came', () => {
    const gone = describeDevice({ ...device, last_seen: new Date(Date.now() - 180_000).toISOString() });
    expect(gone[0]?.detail).toBe('gate is offline, last seen 3m ago');
    expect(describeDevice(device)[0]?.detail).toContain('has not connected');
  });
});

describe('what doctor says of the clock', () => {
  const askedAtMs = Date.UTC(2026, 0, 1, 12, 0, 0);
  const date = (seconds: number) => new Date(askedAtMs + seconds * 1000).toUTCString();

  it('is nothing within what whole seconds and the way can explain', () => {
    for (const seconds of [-4, 0, 4]) expect(describeClock(date(seconds), askedAtMs, 200).ok).toBe(true);
    expect(describeClock('', askedAtMs, 200).ok).toBe(true);
  });

  it('is by how much and to which side it is wrong', () => {
    expect(describeClock(date(300), askedAtMs, 0)).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/30[01] s behind/),
    });
    expect(describeClock(date(-300), askedAtMs, 0).detail).toMatch(/300 s ahead of|299 s ahead of/);
  });
});

describe('what doctor knows of an address', () => {
  it('is host and port, also the usual ones and those of IPv6', () => {
    expect(placeOf('wss://relay.example.org/ws/connect/')).toMatchObject({ port: 443, isTls: true });
    expect(placeOf('ws://[::1]:8787/ws/connect/')).toMatchObject({ hostname: '::1', port: 8787, isTls: false });
  });

  it('is that a certificate ends soon', () => {
    const dayMs = 86_400_000;
    expect(certificateAdvice(20 * dayMs, 0)).toBeUndefined();
    expect(certificateAdvice(3.5 * dayMs, 0)).toContain('in 3 days');
  });
});
