/** What has changed from one state to the next, in lines to be read aloud. Pure. */
import { refusalOf } from '../commands/send-commands.ts';
import type { Device } from '../model/device-list.ts';
import type { SentEntry } from '../model/log-entry.ts';
import { passes, sentEntry } from '../model/message-log.ts';
import { addresseesOf } from '../model/targets.ts';
import { isBeginning, isKeyRefused } from '../state/connect-form.ts';
import type { CommanderState } from '../state/state.ts';
import { outcomeWords } from '../text/outcome-words.ts';
import { toVisible, toVisibleName } from '../text/visible.ts';
import { deviceLine, entryLine, type Lines, payloadOf } from './lines.ts';

/** More changes of presence at a time than this are counted instead of named. */
const namedDevicesMax = 5;
/** So many changes at a time: nobody can listen to more. */
const changesMax = 8;

function connectionLines(before: CommanderState, after: CommanderState): Lines {
  const isOther = before.relay.label !== after.relay.label || before.relay.url !== after.relay.url;
  const was = isOther ? undefined : before.relay.connection;
  const is = after.relay.connection;
  // While a first connection is tried, how it went is said with the question for the next try.
  if (is === undefined || is === was || isBeginning(after.screen)) return [];
  if (is.phase === 'authenticated') {
    return was?.phase === 'authenticated' ? [] : [`Connected to ${toVisible(after.relay.label)} as ${is.clientId}.`];
  }
  if (is.phase === 'connecting') return [];
  // A relay that stays away is tried again and again for the same reason, which is said once.
  if (before.problems.at(-1)?.text === is.ending.reason && was?.phase !== 'authenticated') return [];
  const closed = isKeyRefused(after.relay)
    ? ':key takes another key, :reconnect tries this one again.'
    : ':reconnect connects again.';
  return [
    `Not connected: ${toVisible(is.ending.reason)}. ${is.phase === 'waiting' ? 'It is tried again and again.' : closed}`,
  ];
}

function presenceLines(before: CommanderState, after: CommanderState): Lines {
  if (before.devices.all === after.devices.all) return [];
  const online = (devices: readonly Device[]): number => devices.filter(({ state }) => state === 'online').length;
  const { all } = after.devices;
  const known = new Map(before.devices.all.map((device) => [device.id, device.state]));
  const changed = all.filter(({ id, state }) => known.get(id) !== state);
  if (changed.length === 0) return [];
  const isFirst = before.devices.all.length === 0 && all.length > 1;
  if (isFirst || changed.length > namedDevicesMax) return [`${all.length} devices, ${online(all)} online.`];
  return changed.map((device) => `${deviceLine(device)}.`);
}

/** What has come and gone, as far as the filter lets it through. */
function messageLines(before: CommanderState, after: CommanderState): Lines {
  const { log } = after.messages;
  const from = before.messages.log.nextSeq;
  const firstNew = Math.max(0, log.entries.length - (log.nextSeq - from));
  return log.entries
    .slice(firstNew)
    .filter((entry) => entry.seq >= from && passes(log.filter, entry))
    .map(entryLine);
}

function outcomeLines(before: CommanderState, after: CommanderState): Lines {
  if (before.messages.log === after.messages.log) return [];
  const seqs = [...before.messages.log.sentSeqs.values()].flat();
  return seqs.flatMap((seq) => {
    const was: SentEntry | undefined = sentEntry(before.messages.log, seq);
    const is = sentEntry(after.messages.log, seq);
    if (is === undefined || was === undefined || is.outcome === was.outcome) return [];
    return [`${toVisibleName(is.peer)}, ${payloadOf(is)}: ${outcomeWords(is.outcome)}`];
  });
}

/** Whether Enter would send what stands in the composer; what is wrong with it else, or asked, is said by itself. */
export function canBeSent({ composer: { command }, devices, overlay }: CommanderState): boolean {
  const { targets, unmatched } = addresseesOf(command, devices);
  return command.body.kind === 'payload' && targets.length > 0 && unmatched.length === 0 && overlay === undefined;
}

function composerLines(before: CommanderState, after: CommanderState): Lines {
  const { text } = after.composer.buffer;
  if (text === '' || text === before.composer.buffer.text) return [];
  const said = toVisible(text.replaceAll(/\s+/g, ' '));
  if (canBeSent(after)) return [`Ready: ${said}`, 'Enter sends it.'];
  // Whoever pressed Enter has heard why not, or is asked.
  if (after.overlay !== undefined || after.notice !== before.notice) return [];
  const isFields = after.composer.command.body.kind === 'fields';
  return [`Not sent: ${said}`, isFields ? 'Enter makes JSON of its fields.' : (refusalOf(after) ?? 'Enter asks.')];
}

function noticeLines(before: CommanderState, after: CommanderState): Lines {
  const { notice } = after;
  return notice === undefined || notice === before.notice ? [] : [toVisible(notice.text)];
}

/** The most important first: how it went what somebody did, then who is there, then messages. */
export function announce(before: CommanderState, after: CommanderState): Lines {
  return [
    ...connectionLines(before, after),
    ...noticeLines(before, after),
    ...composerLines(before, after),
    ...outcomeLines(before, after),
    ...presenceLines(before, after),
    ...messageLines(before, after),
  ];
}

/** At most so many lines, and how many more there are. */
export function bounded(lines: Lines): Lines {
  if (lines.length <= changesMax) return lines;
  const more = lines.length - changesMax + 1;
  return [...lines.slice(0, changesMax - 1), `and ${more} more: :last ${more} reads them, the newest last.`];
}
