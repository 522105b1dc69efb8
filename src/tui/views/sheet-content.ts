import type { DeviceDetail, OutcomeSummary, QueuedMessage } from '../../client/http-types.ts';
import { scrollTop } from '../model/list-window.ts';
import { overlayRows } from '../state/layout.ts';
import type { DeviceSheet } from '../state/overlay.ts';
import { compactJson } from '../text/compact-json.ts';
import { formatAge, formatCount, formatMoment } from '../text/format.ts';
import type { Look } from '../text/look.ts';
import { type Span, span } from '../text/spans.ts';
import { toVisible, toVisibleName } from '../text/visible.ts';
import type { Content, OverlayView } from './overlay-content.ts';

type Row = readonly Span[];

/** With fewer rows than these the sheet has its presence and what waits. */
const factsRoomMin = 8;

function fact(name: string, value: string): Row {
  return [span(name.padEnd(14), 'dim'), span(value)];
}

function moment(iso: string | null): string {
  const atMs = iso === null ? Number.NaN : Date.parse(iso);
  return Number.isNaN(atMs) ? '' : formatMoment(atMs).slice(0, 19);
}

function factRows(detail: DeviceDetail, { glyphs, isAscii }: Look): readonly Row[] {
  const since = moment(detail.online_since);
  const from = detail.address === null ? '' : ` from ${toVisible(detail.address, isAscii)}`;
  const isOnline = detail.state === 'online';
  return [
    fact('presence', `${glyphs[detail.state]} ${detail.state}${isOnline ? ` since ${since}${from}` : ''}`),
    fact('last seen', moment(detail.last_seen) || 'never'),
    fact('registered', moment(detail.created_at) || (detail.registered ? 'yes' : 'no')),
  ];
}

function queuedRow(message: QueuedMessage, isCursor: boolean, columns: number, nowMs: number, look: Look): Row {
  const { glyphs, isAscii } = look;
  const age = formatAge(nowMs - Date.parse(message.queued_at));
  const payload = compactJson(message.payload, ['target', 'sender'], columns).slice(0, columns * 2);
  return [
    span(isCursor ? `${glyphs.cursor} ` : '  ', 'accent'),
    span(`${String(message.seq).padStart(4)}  ${age.padStart(4)}  `, 'dim'),
    span(`${toVisibleName(message.from.slice(0, 60), isAscii)}  `, 'accent'),
    span(message.handed ? 'handed over  ' : '', 'warn'),
    span(toVisible(payload, isAscii), isCursor ? 'bold' : 'plain'),
  ];
}

function outcomeRow({ state, from, count, at }: OutcomeSummary, look: Look): Row {
  const times = count > 1 ? ` ×${count}` : '';
  return [
    span(`  ${moment(at).slice(11)}  `, 'dim'),
    span(toVisible(`${state}${times}`, look.isAscii).padEnd(18)),
    span(`from ${toVisibleName(from, look.isAscii)}`, 'dim'),
  ];
}

/** What the relay knows of one device, what waits for it, and what became of the last messages to it. */
export function sheetContent(sheet: DeviceSheet, { state, look, layout }: OverlayView): Content {
  const title = toVisibleName(sheet.id, look.isAscii);
  const { detail, queue, problem } = sheet;
  if (problem !== undefined) return { title, rows: [[span(toVisible(problem, look.isAscii), 'bad')]] };
  if (queue === undefined) return { title, rows: [[span(`Asking the relay${look.glyphs.ellipsis}`, 'dim')]] };
  const known = detail === undefined ? [fact('presence', 'not known to the relay')] : factRows(detail, look);
  // What waits can be acted on; where there is little room the rest of the facts gives way to it.
  const isRoomy = overlayRows(layout) >= factsRoomMin;
  const facts = isRoomy ? [...known, []] : known.slice(0, 1);
  const rows = overlayRows(layout) - facts.length - 1;
  const outcomes = (detail?.outcomes ?? []).toReversed();
  // What waits comes first; a third of the room is for what was.
  const outcomeRoom = isRoomy ? Math.min(outcomes.length, Math.floor(rows / 3)) : 0;
  const room = Math.max(1, rows - outcomeRoom - (outcomeRoom > 0 ? 2 : 0));
  const { messages } = queue;
  const index = Math.max(
    0,
    messages.findIndex(({ seq }) => seq === sheet.cursorSeq),
  );
  const top = scrollTop(Math.max(0, index - Math.floor(room / 2)), index, room, messages.length);
  const waiting = messages
    .slice(top, top + room)
    .map((message) => queuedRow(message, message.seq === sheet.cursorSeq, layout.columns, state.nowMs, look));
  return {
    title,
    status: queue.waiting === 0 ? '' : `${look.glyphs.waiting}${formatCount(queue.waiting)}`,
    rows: [
      ...facts,
      [span(queue.waiting === 0 ? 'Nothing waits for it' : `Waiting for it: ${formatCount(queue.waiting)}`, 'bold')],
      ...waiting,
      ...(outcomeRoom === 0 ? [] : [[], [span('The last messages to it', 'bold')]]),
      ...outcomes.slice(0, outcomeRoom).map((outcome) => outcomeRow(outcome, look)),
    ],
  };
}
