import { describe, expect, it } from 'vitest';
import {
  changeOrder,
  deviceWindow,
  emptyDeviceList,
  filterDevices,
  forgetPushes,
  hearOf,
  moveDeviceCursor,
  pushPresence,
  toggleMark,
  updateDevices,
} from '../../../src/tui/model/device-list.ts';
import { offline, online } from '../harness.ts';

const three = updateDevices(emptyDeviceList, [online('pump-10'), online('pump-2'), offline('gate')], true);

describe('the device list', () => {
  it('sorts names as people do', () => {
    expect(three.shown.map(({ id }) => id)).toEqual(['gate', 'pump-2', 'pump-10']);
  });

  it('keeps the cursor on its device when others come and go', () => {
    const moved = moveDeviceCursor(three, 1, 10);
    expect(moved.cursorId).toBe('pump-2');
    expect(updateDevices(moved, [online('a'), online('pump-2')], true).cursorId).toBe('pump-2');
  });

  it('puts the cursor on the next row when its device is gone', () => {
    const moved = moveDeviceCursor(three, 1, 10);
    expect(updateDevices(moved, [offline('gate'), online('pump-10')], true).cursorId).toBe('pump-10');
    expect(updateDevices(moved, [], true).cursorId).toBeUndefined();
  });

  it('keeps marks that the filter hides', () => {
    const filtered = filterDevices(toggleMark(three, 'gate'), 'PUMP');
    expect(filtered.shown.map(({ id }) => id)).toEqual(['pump-2', 'pump-10']);
    expect(filtered.marks).toEqual(['gate']);
    expect(toggleMark(filtered, 'gate').marks).toEqual([]);
  });

  it('finds a name by what is seen of it', () => {
    const list = updateDevices(emptyDeviceList, [online('gate\u202e7'), online('gate7')], true);
    expect(filterDevices(list, '\\u202e').shown.map(({ id }) => id)).toEqual(['gate\u202e7']);
    expect(filterDevices(list, '\u202e').shown).toHaveLength(1);
  });

  it('scrolls so that the cursor is seen', () => {
    const many = updateDevices(
      emptyDeviceList,
      Array.from({ length: 30 }, (_, index) => online(`d-${index}`)),
      true,
    );
    const end = moveDeviceCursor(many, Number.POSITIVE_INFINITY, 10);
    expect(deviceWindow(end, 10).rows.at(-1)?.id).toBe('d-29');
    expect(deviceWindow(moveDeviceCursor(end, -3, 10), 10).top).toBe(20);
    expect(deviceWindow(end, 40).rows).toHaveLength(30);
  });

  it('takes note of strangers only where the relay does not say whom it knows', () => {
    expect(hearOf(three, 'stranger')).toBe(three);
    expect(hearOf(emptyDeviceList, 'heard').all).toEqual([{ id: 'heard', state: 'unknown', waiting: 0 }]);
  });
});

describe('pushed presence', () => {
  it('is newer than a list that was asked for', () => {
    const pushed = pushPresence(three, { gate: 'online', 'pump-2': 'offline', late: 'online' }, 5000);
    expect(pushed.all.map(({ id, state }) => [id, state])).toEqual([
      ['gate', 'online'],
      ['late', 'online'],
      ['pump-2', 'offline'],
      ['pump-10', 'online'],
    ]);
    expect(pushed.all.find(({ id }) => id === 'pump-2')?.lastSeenMs).toBe(5000);
    const listed = updateDevices(pushed, [offline('gate', 2), online('pump-2')], true);
    expect(listed.all).toEqual([{ ...online('gate'), waiting: 2 }, offline('pump-2')]);
  });

  it('counts no more once the connection is gone', () => {
    const lost = forgetPushes(pushPresence(three, { gate: 'online' }, 5000));
    expect(updateDevices(lost, [offline('gate')], true).all).toEqual([offline('gate')]);
  });
});

describe('the order of the devices', () => {
  it('is by name, who is there, who was seen last, or for whom most is waiting', () => {
    const devices = [online('b'), offline('a', 3, 60_000), offline('c', 9, 5_000)];
    let list = updateDevices(emptyDeviceList, devices, true);
    const seen = ['name', 'state', 'seen', 'waiting'].map((order) => {
      expect(list.order).toBe(order);
      const ids = list.shown.map(({ id }) => id).join('');
      list = changeOrder(list);
      return ids;
    });
    expect(seen).toEqual(['abc', 'bac', 'bca', 'cab']);
    expect(list.order).toBe('name');
    expect(list.cursorId).toBe('a');
  });
});
