import { useCursor } from 'ink';
import { type ReactElement, useMemo } from 'react';
import { frameKeys, keysFor } from '../keys/keymap.ts';
import { type Composer, offeredAgain } from '../model/composer.ts';
import { addresseesOf, exampleCommand, type Target } from '../model/targets.ts';
import { frameColumns, type Layout } from '../state/layout.ts';
import type { CommanderState, RelayStatus } from '../state/state.ts';
import { cutToCells, fitToCells } from '../text/cells.ts';
import { formatSpan } from '../text/format.ts';
import type { Look, Tone } from '../text/look.ts';
import { composeRow, type Span, span, spansWidth } from '../text/spans.ts';
import { layOutText } from '../text/text-area.ts';
import { toVisible, toVisibleName } from '../text/visible.ts';
import { Frame, Rows } from './frame.tsx';
import { frameHints, labelOf } from './hints.ts';

const targetTones: Readonly<Record<Target['state'], Tone>> = {
  online: 'good',
  offline: 'warn',
  unknown: 'warn',
  strange: 'bad',
};

/** What becomes of a command to an offline target: how long it may wait, where the relay has told. */
function waitingWords({ session }: RelayStatus): string {
  const ttlMs = session?.limits?.queue_ttl;
  if (ttlMs === undefined) return '(waits in its queue)';
  return Number.isFinite(ttlMs) ? `(waits up to ${formatSpan(ttlMs)})` : '(waits without end)';
}

function stateWords({ state }: Target, relay: RelayStatus): string {
  if (state === 'strange') return ' never seen';
  return state === 'offline' ? ` ${waitingWords(relay)}` : '';
}

/** One target as titles name it: with its state, what that means for the command, and whether it is out of sight. */
export function targetSpans(target: Target, relay: RelayStatus, look: Look): readonly Span[] {
  const { glyphs } = look;
  const tone = targetTones[target.state];
  const sign = target.state === 'strange' ? glyphs.unknown : glyphs[target.state];
  return [
    span(toVisibleName(target.id, look.isAscii), 'bold'),
    span(` ${sign}`, tone),
    span(stateWords(target, relay) + (target.isHidden ? ' hidden' : ''), tone),
  ];
}

/** As many targets as there is room for, and how many more there are. */
function targetListSpans(targets: readonly Target[], relay: RelayStatus, look: Look, columns: number): readonly Span[] {
  const spans: Span[] = [];
  for (const [index, target] of targets.entries()) {
    const next = [...(index === 0 ? [] : [span(', ')]), ...targetSpans(target, relay, look)];
    const more = targets.length - index;
    const room = columns - spansWidth(spans) - (more > 1 ? 12 : 0);
    if (index > 0 && spansWidth(next) > room) return [...spans, span(`, and ${more} more`, 'warn')];
    spans.push(...next);
  }
  return spans;
}

function titleSpans(state: CommanderState, look: Look, columns: number): readonly Span[] {
  const { targets, unmatched } = addresseesOf(state.composer.command, state.devices);
  const title = [span('3 ', 'dim'), span('Compose', 'bold')];
  const focus = state.focus === 'composer' ? [span(` ${look.glyphs.cursor}`)] : [];
  const arrow = span(` ${look.glyphs.target} `, 'accent');
  if (unmatched.length > 0) {
    return [...title, ...focus, arrow, span(`${toVisibleName(unmatched.join(' '), look.isAscii)} is nobody`, 'bad')];
  }
  if (targets.length === 0) return [...title, ...focus, arrow, span('nobody', 'dim')];
  return [...title, ...focus, arrow, ...targetListSpans(targets, state.relay, look, columns)];
}

/** Whether the command is JSON, and where it stops being it. */
function verdictSpans({ command: { body } }: Composer, { glyphs }: Look): readonly Span[] {
  switch (body.kind) {
    case 'empty':
      return [];
    case 'payload':
      return [span(`JSON ${glyphs.good}`, 'good')];
    case 'fields':
      return [span(`fields ${glyphs.good}`, 'good')];
    case 'mistake': {
      const line = body.line === 1 ? '' : `line ${body.line} `;
      return [span(`JSON ${glyphs.bad} ${line}col ${body.column}`, 'warn')];
    }
  }
}

/** What belongs where the command stops being JSON, or the JSON that its fields stand for. */
function remarkSpans({ command: { body } }: Composer, look: Look, columns: number): readonly Span[] {
  if (body.kind === 'mistake') return [span(toVisible(body.mistake.expected, look.isAscii), 'warn')];
  if (body.kind !== 'fields') return [];
  return [span(cutToCells(toVisible(body.json.slice(0, columns), look.isAscii), columns, look.glyphs.ellipsis), 'dim')];
}

function completionSpans({ completion }: Composer, look: Look): readonly Span[] {
  if (completion === undefined) return [];
  return completion.candidates.flatMap((id, index) => [
    span(index === 0 ? '' : '  '),
    span(toVisibleName(id, look.isAscii), index === completion.index ? 'accent' : 'dim'),
  ]);
}

export interface ComposerPaneProps {
  readonly state: CommanderState;
  readonly look: Look;
  readonly layout: Layout;
  /** The row of the screen on which the pane begins, for the terminal's own cursor. */
  readonly screenRow: number;
}

/** What to write where nothing is written yet: the last command with all its targets, which comes back by keys and is sent by none. */
function placeholderOf({ composer, devices, focus }: CommanderState, look: Look, columns: number): string {
  const again = devices.marks.length > 0 ? undefined : offeredAgain(composer);
  if (again === undefined) return exampleCommand(devices);
  const keys = [
    ...(focus === 'composer' ? [] : keysFor(focus, 'focus-composer').slice(0, 1)),
    ...keysFor('composer', 'history-older').slice(0, 1),
  ];
  const shown = toVisible(again.slice(0, columns).replaceAll(/\s+/g, ' '), look.isAscii);
  return `${labelOf(look, keys.map(({ label }) => label).join(' '))} again: ${shown}`;
}

export function ComposerPane({ state, look, layout, screenRow }: ComposerPaneProps): ReactElement {
  const { composer, focus } = state;
  const { setCursorPosition } = useCursor();
  const { rows, isFramed } = layout.composer;
  const columns = layout.columns - frameColumns;
  const { buffer } = composer;
  const area = useMemo(
    () => layOutText(buffer.text, buffer.cursor, columns, look.isAscii),
    [buffer, columns, look.isAscii],
  );
  const top = Math.max(0, Math.min(area.cursor.row - rows + 1, area.lines.length - rows));
  const hasFocus = focus === 'composer' && state.overlay === undefined;
  const textRow = screenRow + 1 + area.cursor.row - top;
  setCursorPosition(hasFocus ? { x: 2 + area.cursor.column, y: textRow } : undefined);

  const isEmpty = buffer.text === '';
  const shown = isEmpty
    ? [look.paint('dim', fitToCells(placeholderOf(state, look, columns), columns, look.glyphs.ellipsis))]
    : area.lines.slice(top, top + rows);
  const content = shown.map((line) => (isEmpty ? line : fitToCells(line, columns, look.glyphs.ellipsis)));
  const verdict = verdictSpans(composer, look);
  const title = titleSpans(state, look, columns - spansWidth(verdict) - 18);
  const completing = completionSpans(composer, look);
  const remark = hasFocus ? remarkSpans(composer, look, columns - 12) : [];
  const room = columns - spansWidth(remark) - 3;
  const hints = completing.length > 0 ? completing : frameHints(look, frameKeys('composer'), room);
  if (!isFramed)
    return <Rows rows={[composeRow(look, layout.columns, title, verdict), ...content.map((line) => `  ${line}`)]} />;
  return (
    <Frame
      look={look}
      columns={layout.columns}
      rows={rows}
      title={title}
      status={verdict}
      hints={hints}
      remark={remark}
      hasFocus={hasFocus}
      content={content}
    />
  );
}
