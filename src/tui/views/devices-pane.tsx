import type { ReactElement } from 'react';
import { frameKeys } from '../keys/keymap.ts';
import { type Device, deviceWindow } from '../model/device-list.ts';
import { frameColumns, type ListLayout } from '../state/layout.ts';
import type { CommanderState } from '../state/state.ts';
import { formatAge, formatCount } from '../text/format.ts';
import type { Look, Tone } from '../text/look.ts';
import { composeRow, type Span, span } from '../text/spans.ts';
import { toVisibleName } from '../text/visible.ts';
import { filterSpans } from './filter-line.ts';
import { Frame } from './frame.tsx';
import { frameHints } from './hints.ts';

const stateTones: Readonly<Record<Device['state'], Tone>> = { online: 'good', offline: 'dim', unknown: 'warn' };

function sideSpans(device: Device, isMarked: boolean, state: CommanderState, { glyphs }: Look): readonly Span[] {
  const isAway = device.state === 'offline' && device.lastSeenMs !== undefined;
  return [
    ...(isAway ? [span(`${formatAge(state.nowMs - (device.lastSeenMs ?? 0))} ago`, 'dim')] : []),
    ...(device.waiting > 0 ? [span(` ${glyphs.waiting}${device.waiting}`, 'warn')] : []),
    ...(isMarked ? [span(` ${glyphs.mark}`, 'accent')] : []),
  ];
}

function deviceRow(device: Device, state: CommanderState, look: Look, columns: number): string {
  const { glyphs } = look;
  const isCursor = device.id === state.devices.cursorId;
  const isMarked = state.devices.marks.includes(device.id);
  const isFresh = state.relay.connection?.phase === 'authenticated' && state.relay.presenceProblem === undefined;
  const tone = isFresh ? stateTones[device.state] : 'dim';
  const left = [
    span(isCursor ? glyphs.cursor : ' ', 'accent'),
    span(` ${glyphs[device.state]} `, tone),
    span(toVisibleName(device.id, look.isAscii), isCursor ? 'bold' : 'plain'),
  ];
  return composeRow(look, columns, left, sideSpans(device, isMarked, state, look));
}

function emptyRows(state: CommanderState, look: Look, columns: number): string[] {
  const { devices, relay } = state;
  const lines =
    devices.filterText !== ''
      ? ['No name has that in it.']
      : relay.connection?.phase === 'authenticated'
        ? ['No device yet.', '', 'Press a to add one.']
        : ['Not connected.'];
  return lines.map((line) => composeRow(look, columns, [span(line, 'dim')]));
}

export interface PaneProps {
  readonly state: CommanderState;
  readonly look: Look;
  readonly layout: ListLayout;
}

export function DevicesPane({ state, look, layout }: PaneProps): ReactElement {
  const { devices } = state;
  const columns = layout.columns - frameColumns;
  const hasFocus = state.focus === 'devices';
  const { rows } = deviceWindow(devices, layout.rows);
  const count = formatCount(devices.shown.length);
  const title = [
    span('1 ', 'dim'),
    span(`Devices ${count}`, 'bold'),
    ...(hasFocus ? [span(` ${look.glyphs.cursor}`)] : []),
  ];
  const marks = devices.marks.length === 0 ? [] : [span(`${devices.marks.length} ${look.glyphs.mark}`, 'accent')];
  const filter = filterSpans(state, 'devices', look);
  const hints = filter.length > 0 ? filter : frameHints(look, frameKeys('devices'), columns);
  const content =
    rows.length === 0 ? emptyRows(state, look, columns) : rows.map((device) => deviceRow(device, state, look, columns));
  return (
    <Frame
      look={look}
      columns={layout.columns}
      rows={layout.rows}
      title={title}
      status={marks}
      hints={hints}
      hasFocus={hasFocus}
      content={content}
    />
  );
}
