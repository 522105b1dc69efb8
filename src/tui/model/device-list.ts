import type { PresenceState } from '../../protocol/messages.ts';
import { toVisibleName } from '../text/visible.ts';
import { type ListPlace, moveBy, scrollTop } from './list-window.ts';

/** `unknown`: the relay has no way to ask, so nothing is claimed. */
export type DeviceState = 'online' | 'offline' | 'unknown';

/** A client that the room knows, other than this commander. */
export interface Device {
  readonly id: string;
  readonly state: DeviceState;
  /** Milliseconds since 1970, by the relay's clock. */
  readonly lastSeenMs?: number;
  /** Messages in its queue. */
  readonly waiting: number;
}

/** The clients of the room, those that the list shows, and those that are marked as targets. */
export interface DeviceList {
  /** Sorted by name. */
  readonly all: readonly Device[];
  readonly filterText: string;
  readonly shown: readonly Device[];
  /** Marked client ids, in the order in which they were marked. */
  readonly marks: readonly string[];
  /** The client id under the cursor; undefined while the list is empty. */
  readonly cursorId: string | undefined;
  readonly top: number;
  /** Whether the relay has told who is known: only then is a name that is not among them a strange one. */
  readonly isComplete: boolean;
  readonly order: DeviceOrder;
  /** Who is online as the relay pushed it in this connection; empty where it does not. */
  readonly pushed: ReadonlyMap<string, PresenceState>;
}

/** What the list is sorted by: the name, who is there first, who was seen last, or for whom most is waiting. */
export type DeviceOrder = 'name' | 'state' | 'seen' | 'waiting';

const orders: readonly DeviceOrder[] = ['name', 'state', 'seen', 'waiting'];

export const emptyDeviceList: DeviceList = {
  all: [],
  filterText: '',
  shown: [],
  marks: [],
  cursorId: undefined,
  top: 0,
  isComplete: false,
  order: 'name',
  pushed: new Map(),
};

const collator = new Intl.Collator('en', { numeric: true });

/** Names as people sort them: pump-2 before pump-10. */
export function compareNames(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : 1);
}

const stateRanks: Readonly<Record<DeviceState, number>> = { online: 0, unknown: 1, offline: 2 };

/** Who is there was seen just now. */
function lastSeen({ state, lastSeenMs = 0 }: Device): number {
  return state === 'online' ? Number.MAX_VALUE : lastSeenMs;
}

const comparisons: Readonly<Record<DeviceOrder, (a: Device, b: Device) => number>> = {
  name: () => 0,
  state: (a, b) => stateRanks[a.state] - stateRanks[b.state],
  seen: (a, b) => lastSeen(b) - lastSeen(a),
  waiting: (a, b) => b.waiting - a.waiting,
};

function sortDevices(devices: Iterable<Device>, order: DeviceOrder): readonly Device[] {
  const compare = comparisons[order];
  return [...devices].sort((a, b) => compare(a, b) || compareNames(a.id, b.id));
}

/** A name has the filter in it as it is, or as it is seen. */
function hasInName({ id }: Device, wanted: string): boolean {
  return [id, toVisibleName(id)].some((name) => name.toLowerCase().includes(wanted));
}

function show(list: DeviceList): DeviceList {
  const wanted = list.filterText.toLowerCase();
  const shown = wanted === '' ? list.all : list.all.filter((device) => hasInName(device, wanted));
  const stays = shown.some(({ id }) => id === list.cursorId);
  // The row that took the place of the one that is gone.
  const fallback = shown[Math.min(placeOfCursor(list).index, shown.length - 1)];
  return { ...list, shown, cursorId: stays ? list.cursorId : fallback?.id };
}

export function placeOfCursor(list: DeviceList): ListPlace {
  const index = list.shown.findIndex(({ id }) => id === list.cursorId);
  return { index: Math.max(0, index), top: list.top };
}

/**
 * Takes what the relay lists. Who is online is its word only where it does not push that: an answer is older than what was
 * pushed meanwhile. Marks of those that are gone stay, so that they are not lost in silence.
 */
export function updateDevices(list: DeviceList, devices: readonly Device[], isComplete: boolean): DeviceList {
  const listed = devices.map((device): Device => {
    const known = list.pushed.get(device.id);
    return known === undefined ? device : { ...device, state: known };
  });
  return show({ ...list, all: sortDevices(listed, list.order), isComplete });
}

/** Takes who came and went; of those that are not listed yet nothing else is known. */
export function pushPresence(
  list: DeviceList,
  states: Readonly<Record<string, PresenceState>>,
  nowMs: number,
): DeviceList {
  const devices = new Map(list.all.map((device) => [device.id, device]));
  const pushed = new Map(list.pushed);
  for (const [id, state] of Object.entries(states)) {
    const before = devices.get(id) ?? { id, waiting: 0 };
    const hasLeft = state === 'offline' && 'state' in before && before.state === 'online';
    devices.set(id, { ...before, state, ...(hasLeft ? { lastSeenMs: nowMs } : {}) });
    pushed.set(id, state);
  }
  return show({ ...list, all: sortDevices(devices.values(), list.order), pushed });
}

/** It was removed from here: nothing of it is left, its mark neither. */
export function forgetDevice(list: DeviceList, id: string): DeviceList {
  const isOther = (device: Device): boolean => device.id !== id;
  const pushed = new Map([...list.pushed].filter(([known]) => known !== id));
  const marks = list.marks.filter((mark) => mark !== id);
  return show({ ...list, all: list.all.filter(isOther), marks, pushed });
}

/** The connection is gone: what it pushed is no more the latest word. */
export function forgetPushes(list: DeviceList): DeviceList {
  return list.pushed.size === 0 ? list : { ...list, pushed: new Map() };
}

/** Sorts by the next thing; the cursor stays on its device. */
export function changeOrder(list: DeviceList): DeviceList {
  const order = orders[(orders.indexOf(list.order) + 1) % orders.length] ?? 'name';
  return show({ ...list, order, all: sortDevices(list.all, order) });
}

/** Adds a client that was heard of in a message, where the relay does not say who is known. */
export function hearOf(list: DeviceList, id: string): DeviceList {
  if (list.isComplete || list.all.some((device) => device.id === id)) return list;
  return updateDevices(list, [...list.all, { id, state: 'unknown', waiting: 0 }], false);
}

export function filterDevices(list: DeviceList, filterText: string): DeviceList {
  return show({ ...list, filterText });
}

export function moveDeviceCursor(list: DeviceList, step: number, rows: number): DeviceList {
  const place = moveBy(placeOfCursor(list), step, rows, list.shown.length);
  return { ...list, cursorId: list.shown[place.index]?.id, top: place.top };
}

export function toggleMark(list: DeviceList, id: string): DeviceList {
  const isMarked = list.marks.includes(id);
  return { ...list, marks: isMarked ? list.marks.filter((mark) => mark !== id) : [...list.marks, id] };
}

export function clearMarks(list: DeviceList): DeviceList {
  return { ...list, marks: [] };
}

/** The rows to draw, with the position of the cursor among them. */
export function deviceWindow(
  list: DeviceList,
  rows: number,
): { readonly rows: readonly Device[]; readonly top: number } {
  const top = scrollTop(list.top, placeOfCursor(list).index, rows, list.shown.length);
  return { rows: list.shown.slice(top, top + rows), top };
}
