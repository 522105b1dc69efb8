/** What has changed from one state to the next, in lines to be read aloud. Pure. */
import { isWrittenAsItIs, writeName } from '../model/command-text.ts';
import type { Device } from '../model/device-list.ts';
import type { LogEntry, SentEntry } from '../model/log-entry.ts';
import { sentEntry } from '../model/message-log.ts';
import { addresseesOf } from '../model/targets.ts';
import type { CommanderState } from '../state/state.ts';
import { compactJson } from '../text/compact-json.ts';
import { outcomeWords } from '../text/outcome-words.ts';
import { toVisible, toVisibleName } from '../text/visible.ts';

type Lines = readonly string[];

/** Longer payloads are cut: nobody listens to the end of them. */
const payloadCharactersMax = 300;
/** More changes of presence at a time than this are counted instead of named. */
const namedDevicesMax = 5;

function payloadOf(entry: LogEntry): string {
  const text = entry.direction === 'out' ? entry.typed : entry.text;
  const compact = compactJson(text, ['target', 'sender', '_from'], payloadCharactersMax);
  return toVisible(compact.slice(0, payloadCharactersMax));
}

/** One message as a sentence. */
export function entryLine(entry: LogEntry): string {
  const peer = entry.peer === '' ? 'somebody' : toVisibleName(entry.peer);
  switch (entry.direction) {
    case 'in':
      return `${peer}: ${payloadOf(entry)}${entry.offlineQueued ? ' (it was queued)' : ''}`;
    case 'out':
      return `to ${peer}: ${payloadOf(entry)} ${outcomeWords(entry.outcome)}`.trimEnd();
    case 'tap':
      return `${toVisibleName(entry.from)} to ${peer}: ${payloadOf(entry)} (${toVisible(entry.outcome)})`;
  }
}

export function deviceLine({ id, state, waiting }: Device): string {
  return `${toVisibleName(id)} is ${state}${waiting > 0 ? `, ${waiting} waiting` : ''}`;
}

function connectionLines(before: CommanderState, after: CommanderState): Lines {
  const was = before.relay.connection;
  const is = after.relay.connection;
  if (is === undefined || is === was) return [];
  if (is.phase === 'authenticated') {
    return was?.phase === 'authenticated' ? [] : [`Connected to ${toVisible(after.relay.label)} as ${is.clientId}.`];
  }
  if (is.phase === 'connecting') return [];
  // A relay that stays away is tried again and again for the same reason, which is said once.
  if (before.problems.at(-1)?.text === is.ending.reason && was?.phase !== 'authenticated') return [];
  const next = is.phase === 'waiting' ? 'It is tried again and again.' : ':reconnect connects again.';
  return [`Not connected: ${toVisible(is.ending.reason)}. ${next}`];
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

function messageLines(before: CommanderState, after: CommanderState): Lines {
  const from = before.messages.log.nextSeq;
  const { entries } = after.messages.log;
  const firstNew = entries.length - (after.messages.log.nextSeq - from);
  return entries
    .slice(Math.max(0, firstNew))
    .filter(({ seq }) => seq >= from)
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

function questionLines(before: CommanderState, after: CommanderState): Lines {
  const { overlay } = after;
  if (overlay === undefined || overlay.kind === before.overlay?.kind) return [];
  switch (overlay.kind) {
    case 'confirm-send': {
      const names = overlay.command.targets.map(({ id, state }) => `${toVisibleName(id)} (${state})`);
      return [`Send ${toVisible(overlay.command.json)} to ${names.join(', ')}? Answer y or n.`];
    }
    case 'confirm-quit':
      return ['The relay runs inside. k leaves it running, s stops it, n stays here.'];
    case 'new-device': {
      const { id, token, url } = overlay.device;
      return [
        `${toVisibleName(id)} is registered at ${toVisible(url)}.`,
        ...(isWrittenAsItIs(id) ? [] : [`In commands it is written ${toVisible(writeName(id))}.`]),
        `Its token, said this once: ${toVisible(token)}`,
      ];
    }
    default:
      return [];
  }
}

function screenLines(before: CommanderState, after: CommanderState): Lines {
  const { screen } = after;
  if (screen === before.screen) return [];
  switch (screen.name) {
    case 'first-run':
      return [
        ...(screen.problem === undefined ? [] : [toVisible(screen.problem)]),
        'No relay is set up here yet. Enter starts one on this machine, with a simulated device to play with.',
        'To connect to a relay elsewhere, leave with :quit and use "relay login".',
      ];
    case 'busy':
      return [toVisible(screen.what)];
    default:
      return [];
  }
}

/** Whether Enter would send what stands in the composer; what is wrong with it else, or asked, is said by itself. */
function canBeSent({ composer: { command }, devices, overlay }: CommanderState): boolean {
  const { targets, unmatched } = addresseesOf(command, devices);
  return command.body.kind === 'payload' && targets.length > 0 && unmatched.length === 0 && overlay === undefined;
}

function composerLines(before: CommanderState, after: CommanderState): Lines {
  const { text } = after.composer.buffer;
  if (text === '' || text === before.composer.buffer.text || !canBeSent(after)) return [];
  return [`Ready: ${toVisible(text.replaceAll(/\s+/g, ' '))}`, 'Enter sends it.'];
}

function noticeLines(before: CommanderState, after: CommanderState): Lines {
  const isNew = after.notice !== undefined && after.notice.text !== before.notice?.text;
  return isNew && after.notice !== undefined ? [toVisible(after.notice.text)] : [];
}

/** The most important first: what is asked and answered, then who is there, then messages. */
export function announce(before: CommanderState, after: CommanderState): Lines {
  return [
    ...screenLines(before, after),
    ...connectionLines(before, after),
    ...noticeLines(before, after),
    ...questionLines(before, after),
    ...composerLines(before, after),
    ...outcomeLines(before, after),
    ...presenceLines(before, after),
    ...messageLines(before, after),
  ];
}
