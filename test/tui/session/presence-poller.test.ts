import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RelayHttpError, RelayUnreachableError } from '../../../src/client/errors.ts';
import type { RelayHttp } from '../../../src/client/http.ts';
import { createPresencePoller } from '../../../src/tui/session/presence-poller.ts';

type Asked = Pick<RelayHttp, 'devices' | 'presence'>;

const summary = {
  device: 'gate',
  state: 'offline',
  online_since: null,
  last_seen: '2026-07-30T12:00:00.000Z',
  waiting: 2,
  registered: true,
} as const;

function startPoller(http: Asked, isPushed = false) {
  const onDevices = vi.fn();
  const onFailure = vi.fn();
  const poller = createPresencePoller(http, {
    knownIds: () => ['heard'],
    isPushed: () => isPushed,
    onDevices,
    onFailure,
  });
  poller.start();
  return { poller, onDevices, onFailure };
}

const notFound = () => Promise.reject(new RelayHttpError(404, 'not_found', 'there is no /api/devices/'));

describe('the presence poller', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('asks for the devices at once and then every two seconds', async () => {
    const http = { devices: vi.fn(async () => [summary]), presence: vi.fn() };
    const { onDevices, poller } = startPoller(http);
    await vi.advanceTimersByTimeAsync(0);
    const lastSeenMs = Date.parse(summary.last_seen);
    expect(onDevices).toHaveBeenCalledExactlyOnceWith([{ id: 'gate', state: 'offline', waiting: 2, lastSeenMs }], true);
    await vi.advanceTimersByTimeAsync(4000);
    expect(http.devices).toHaveBeenCalledTimes(3);
    poller.stop();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(http.devices).toHaveBeenCalledTimes(3);
  });

  it('asks for the presence of those that were heard of where devices are not listed', async () => {
    const presence = vi.fn(async () => ({ heard: 'online' as const }));
    const { onDevices, onFailure, poller } = startPoller({ devices: notFound, presence });
    await vi.advanceTimersByTimeAsync(2000);
    expect(presence).toHaveBeenCalledWith(['heard']);
    expect(onDevices).toHaveBeenLastCalledWith([{ id: 'heard', state: 'online', waiting: 0 }], false);
    expect(onFailure).not.toHaveBeenCalled();
    poller.stop();
  });

  it('claims nothing and asks no more where the relay tells no presence at all', async () => {
    const presence = vi.fn(notFound);
    const { onDevices, onFailure } = startPoller({ devices: notFound, presence });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(presence).toHaveBeenCalledTimes(1);
    expect(onDevices).not.toHaveBeenCalled();
    expect(onFailure).toHaveBeenCalledExactlyOnceWith('this relay does not tell who is online');
  });

  it('says that the relay does not answer, and goes on asking', async () => {
    const devices = vi
      .fn<Asked['devices']>()
      .mockRejectedValueOnce(new RelayUnreachableError('timeout', 'no answer in 10s'))
      .mockResolvedValue([]);
    const { onDevices, onFailure, poller } = startPoller({ devices, presence: vi.fn() });
    await vi.advanceTimersByTimeAsync(2000);
    expect(onFailure).toHaveBeenCalledExactlyOnceWith('no answer in 10s');
    expect(onDevices).toHaveBeenCalledTimes(1);
    poller.stop();
  });

  it('forgets an answer that comes after the connection was lost', async () => {
    const answer = Promise.withResolvers<[]>();
    const { onDevices, poller } = startPoller({ devices: () => answer.promise, presence: vi.fn() });
    poller.stop();
    answer.resolve([]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(onDevices).not.toHaveBeenCalled();
  });

  it('asks less often where presence is pushed, and soon when something has changed', async () => {
    const http = { devices: vi.fn(async () => [summary]), presence: vi.fn() };
    const { poller } = startPoller(http, true);
    await vi.advanceTimersByTimeAsync(4000);
    expect(http.devices).toHaveBeenCalledTimes(1);
    poller.askSoon();
    poller.askSoon();
    await vi.advanceTimersByTimeAsync(1000);
    expect(http.devices).toHaveBeenCalledTimes(2);
    poller.stop();
  });

  it('asks again for what changes while a question is under way', async () => {
    const answer = Promise.withResolvers<[]>();
    const devices = vi.fn<Asked['devices']>().mockReturnValueOnce(answer.promise).mockResolvedValue([]);
    const { poller } = startPoller({ devices, presence: vi.fn() }, true);
    poller.askSoon();
    answer.resolve([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(devices).toHaveBeenCalledTimes(2);
    poller.stop();
  });
});
