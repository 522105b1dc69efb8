/** What is asked, and what was asked for, in lines: said whole, because somebody waits for it. */
import { isWrittenAsItIs, writeName } from '../model/command-text.ts';
import { type ConnectForm, unnamedWords } from '../state/connect-form.ts';
import type { NewDevice, Overlay } from '../state/overlay.ts';
import { elsewhereWords } from '../state/overlay-lines.ts';
import { questionLines, removalWords, rotationWords } from '../state/question-lines.ts';
import type { CommanderState, Screen } from '../state/state.ts';
import { toVisible, toVisibleName } from '../text/visible.ts';
import { type Lines, sheetLines, waitingLine } from './lines.ts';

function newDeviceLines({ id, url, token, oldToken, elsewhere }: NewDevice): Lines {
  const name = toVisibleName(id);
  const first =
    oldToken === undefined
      ? `${name} is registered at ${toVisible(url)}.`
      : `${name} has a new token. The old one works ${oldToken.keptFor === undefined ? 'no more' : `for ${oldToken.keptFor} more`}.`;
  return [
    ...(elsewhere === undefined ? [] : [toVisible(elsewhereWords(elsewhere))]),
    first,
    ...(isWrittenAsItIs(id) ? [] : [`In commands it is written ${toVisible(writeName(id))}.`]),
    `Its token, said this once: ${toVisible(token)}`,
    ':worker saves a program for its machine in a file, :copy copies the token; any other line goes on.',
  ];
}

function overlayLines(overlay: Overlay, { relay, nowMs }: CommanderState): Lines {
  const answerYes = 'Answer y or n.';
  switch (overlay.kind) {
    case 'confirm-send': {
      const names = overlay.command.targets.map(({ id, state }) => {
        return `${toVisibleName(id)} (${state === 'strange' ? 'never seen here' : state})`;
      });
      return [`Send ${toVisible(overlay.command.json)} to ${names.join(', ')}? ${answerYes}`];
    }
    case 'confirm-quit':
      return ['The relay runs inside. k leaves it running, s stops it, n stays here.'];
    case 'confirm-removal': {
      const { question, fate } = removalWords(overlay.removal, relay.label);
      return [`${toVisible(question)} ${fate} ${answerYes}`];
    }
    case 'confirm-rotation': {
      const { question, fate } = rotationWords(overlay.rotation, relay.label);
      return [`${toVisible(question)} ${fate} ${answerYes}`];
    }
    case 'new-device':
      return newDeviceLines(overlay.device);
    case 'menu':
      return [
        `${overlay.menu.title}:`,
        ...overlay.menu.items.map(({ label, about }, index) => {
          return `${index + 1}: ${toVisible(about === '' ? label : `${label}, ${about.slice(0, 300)}`)}`;
        }),
        'A number or a name chooses; :no chooses nothing.',
      ];
    case 'prompt': {
      const { question, problem } = overlay.prompt;
      if (problem !== undefined) return [`${toVisible(problem)} Once more, or :no gives up.`];
      return [...questionLines(question, relay.label).map((line) => toVisible(line)), ':no gives up.'];
    }
    case 'device-sheet':
      if (overlay.sheet.problem !== undefined) return [toVisible(overlay.sheet.problem)];
      return overlay.sheet.queue === undefined ? [] : sheetLines(overlay.sheet, nowMs);
    default:
      return [];
  }
}

function fieldWords({ aim, field, url }: ConnectForm): string {
  switch (field) {
    case 'url':
      return 'The address of the relay, as wss://relay.example or relay.example:8787. :no goes back.';
    case 'authKey': {
      const address = toVisible(url.text.trim());
      const other = aim.for === 'another-key' ? savedWords(aim.profile) : ' :address changes the address,';
      return `The master key for ${address}; it is not shown while you type.${other} :no goes back.`;
    }
    case 'name':
      return `A name to save it under; an empty line: ${unnamedWords(aim)}. :no goes back.`;
  }
}

function savedWords(profile: string | undefined): string {
  return profile === undefined ? '' : ` It takes the place of the key in the profile ${toVisible(profile)}.`;
}

function formLines(form: ConnectForm): Lines {
  return [...(form.problem === undefined ? [] : [toVisible(form.problem)]), fieldWords(form)];
}

function screenLines(screen: Screen): Lines {
  switch (screen.name) {
    case 'first-run':
      return [
        ...(screen.problem === undefined ? [] : [toVisible(screen.problem)]),
        'No relay is set up here yet. Enter starts one on this machine, with a simulated device to play with.',
        ':connect connects to a relay elsewhere, with its address and a master key; :quit leaves.',
      ];
    case 'connect-form':
      return formLines(screen.form);
    case 'busy':
      return [toVisible(screen.what)];
    case 'connecting':
      return [`Connecting to ${toVisible(screen.form.url.text.trim())}. :no gives up.`];
    case 'main':
      return [];
  }
}

/** What is asked now; nothing where commands are written. */
export function askedNow(state: CommanderState): Lines {
  const isOverlayAsked = state.screen.name === 'main' && state.overlay !== undefined;
  return isOverlayAsked ? overlayLines(state.overlay, state) : screenLines(state.screen);
}

/** Whether what stands there is another than before, and not the same with news in it. */
function isNews(before: Overlay | undefined, after: Overlay): boolean {
  switch (after.kind) {
    case 'prompt': {
      if (after.prompt.isBusy) return false;
      if (before?.kind !== 'prompt' || before.prompt.question !== after.prompt.question) return true;
      return after.prompt.problem !== undefined && before.prompt !== after.prompt;
    }
    case 'menu':
      return before?.kind !== 'menu' || before.menu.items !== after.menu.items;
    case 'new-device':
      return before?.kind !== 'new-device' || before.device !== after.device;
    default:
      return before?.kind !== after.kind;
  }
}

function isOtherScreen(before: Screen, after: Screen): boolean {
  if (before.name !== after.name) return true;
  if (before.name === 'connect-form' && after.name === 'connect-form') {
    const isTriedAgain = after.form.problem !== undefined && before.form !== after.form;
    return before.form.field !== after.form.field || isTriedAgain;
  }
  return before !== after && after.name === 'first-run';
}

/** The sheet of a device is said whole when it is opened; it is asked for again and again, and then only the count is said. */
function sheetNews(
  before: Overlay | undefined,
  overlay: Extract<Overlay, { kind: 'device-sheet' }>,
  state: CommanderState,
): Lines {
  const { sheet } = overlay;
  const shown = before?.kind === 'device-sheet' || before?.kind === 'confirm-removal' ? before.sheet : undefined;
  const known = shown?.id === sheet.id ? shown : undefined;
  if (known?.queue === undefined || sheet.queue === undefined) {
    return known?.problem === sheet.problem && known?.queue === sheet.queue ? [] : overlayLines(overlay, state);
  }
  return known.queue.waiting === sheet.queue.waiting ? [] : [waitingLine(sheet.queue.waiting)];
}

/** What has come to be asked since. */
export function askedSince(before: CommanderState, after: CommanderState): Lines {
  const onScreen = isOtherScreen(before.screen, after.screen) ? screenLines(after.screen) : [];
  if (after.overlay === undefined) return onScreen;
  if (after.overlay.kind === 'device-sheet') return [...onScreen, ...sheetNews(before.overlay, after.overlay, after)];
  return isNews(before.overlay, after.overlay) ? [...onScreen, ...overlayLines(after.overlay, after)] : onScreen;
}
