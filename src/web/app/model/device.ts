import type { PresenceState } from '../../../protocol/messages.ts';

/** A client of the room, as `GET /api/devices/` lists it. */
export interface Device {
  readonly id: string;
  readonly state: PresenceState;
  /** ISO 8601. */
  readonly onlineSince: string | null;
  readonly lastSeen: string | null;
  readonly waiting: number;
  readonly registered: boolean;
}

/** Other people's dashboards and one-shot commands are there for a moment; only what is addressed on purpose is listed. */
export function isPassing({ id, registered, waiting }: Device): boolean {
  return !registered && waiting === 0 && /^(dashboard-[0-9a-z]{8}|cli-[0-9a-f]{12})$/.test(id);
}

/** Devices whose id holds the text, whatever its case. */
export function filterDevices(devices: readonly Device[], text: string): readonly Device[] {
  const wanted = text.trim().toLowerCase();
  return wanted === '' ? devices : devices.filter(({ id }) => id.toLowerCase().includes(wanted));
}

/** What happens to a message to this device now, in words: who sends shall know it before. */
export function fateNow(device: Device | undefined, queueTtl: string): string {
  return device?.state === 'online' ? 'online' : `offline, it waits up to ${queueTtl}`;
}
