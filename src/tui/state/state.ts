import type { ConnectionState, Session } from '../../client/types.ts';
import { type Composer, emptyComposer } from '../model/composer.ts';
import { type DeviceList, emptyDeviceList } from '../model/device-list.ts';
import { emptyMessagePane, type MessagePane } from '../model/message-pane.ts';
import type { TextBuffer } from '../model/text-buffer.ts';
import type { ConnectForm } from './connect-form.ts';
import type { NewDevice, Overlay } from './overlay.ts';

/** Columns and rows of the terminal. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export type Pane = 'devices' | 'messages' | 'composer';

export type Screen =
  | { readonly name: 'first-run'; readonly choice: 'start' | 'connect'; readonly problem: string | undefined }
  | { readonly name: 'connect-form'; readonly form: ConnectForm }
  /** A first relay is started or tried: there is nothing to go back to but the form. */
  | { readonly name: 'busy'; readonly what: string; readonly form: ConnectForm | undefined }
  /** What the form holds is tried, while the present relay goes on. */
  | { readonly name: 'connecting'; readonly form: ConnectForm }
  | { readonly name: 'main' };

/** What the time column of the log says: the time of day, the time since the row before, or the date too. */
export type TimeColumn = 'clock' | 'elapsed' | 'date';

/** How the log is written. */
export interface Reading {
  /** Long messages take several rows. */
  readonly isWrapped: boolean;
  readonly time: TimeColumn;
}

/** A filter that is being typed; `before` comes back when it is given up. */
export interface FilterInput {
  readonly pane: 'devices' | 'messages';
  readonly buffer: TextBuffer;
  readonly before: string;
}

/** Something that went wrong, for the list behind `e`. */
export interface Problem {
  readonly atMs: number;
  readonly text: string;
}

/** A sentence at the bottom of the screen, until the next key or its time. */
export interface Notice {
  readonly text: string;
  readonly tone: 'good' | 'bad';
  readonly untilMs: number;
}

/** A relay that runs inside this process. */
export interface LocalRelayInfo {
  /** Client ids that belong to this commander, the simulated device. */
  readonly ownIds: readonly string[];
}

/** The relay at the other end, and what goes through the connection to it. */
export interface RelayStatus {
  /** The profile's name, or what stands for it. */
  readonly label: string;
  readonly url: string;
  /** Where its key is saved; undefined where it is not. */
  readonly profile: string | undefined;
  readonly connection: ConnectionState | undefined;
  /** What the relay granted; undefined while there is no connection. */
  readonly session: Session | undefined;
  /** Whether copies of the room's traffic were asked for. */
  readonly isTapped: boolean;
  readonly roundTripMs: number | undefined;
  /** Why the presence shown may be old; undefined while it is fresh. */
  readonly presenceProblem: string | undefined;
  readonly local: LocalRelayInfo | undefined;
  readonly received: number;
  readonly sent: number;
  /** Messages of the last full second. */
  readonly rates: { readonly in: number; readonly out: number };
  /** The totals and the time from which the next rates are counted. */
  readonly counted: { readonly received: number; readonly sent: number; readonly atMs: number };
}

export interface CommanderState {
  readonly screen: Screen;
  readonly size: Size;
  readonly nowMs: number;
  readonly focus: Pane;
  /** The list that had the focus last: the one to show where there is room for one. */
  readonly list: 'devices' | 'messages';
  /** The focused list has all the room. */
  readonly isZoomed: boolean;
  readonly reading: Reading;
  readonly overlay: Overlay | undefined;
  /** Tokens that came while something else was done: shown as soon as nothing is in the way. */
  readonly heldTokens: readonly NewDevice[];
  readonly filterInput: FilterInput | undefined;
  readonly relay: RelayStatus;
  /** The relay that runs inside this process, also while another one is looked at. */
  readonly relayInside: LocalRelayInfo | undefined;
  readonly devices: DeviceList;
  readonly messages: MessagePane;
  readonly composer: Composer;
  readonly problems: readonly Problem[];
  readonly unseenProblems: number;
  readonly notice: Notice | undefined;
  /** Makes the `_id`s of this commander unlike those of others; a counter follows it. */
  readonly messageIdPrefix: string;
  readonly messagesNumbered: number;
}

export interface InitialOptions {
  readonly size: Size;
  readonly nowMs: number;
  readonly messageIdPrefix: string;
  readonly screen: Screen;
}

const noRelay: RelayStatus = {
  label: '',
  url: '',
  profile: undefined,
  connection: undefined,
  session: undefined,
  isTapped: false,
  roundTripMs: undefined,
  presenceProblem: undefined,
  local: undefined,
  received: 0,
  sent: 0,
  rates: { in: 0, out: 0 },
  counted: { received: 0, sent: 0, atMs: 0 },
};

export function initialState(options: InitialOptions): CommanderState {
  return {
    ...options,
    focus: 'devices',
    list: 'devices',
    isZoomed: false,
    reading: { isWrapped: false, time: 'clock' },
    overlay: undefined,
    heldTokens: [],
    filterInput: undefined,
    relay: noRelay,
    relayInside: undefined,
    devices: emptyDeviceList,
    messages: emptyMessagePane,
    composer: emptyComposer,
    problems: [],
    unseenProblems: 0,
    notice: undefined,
    messagesNumbered: 0,
  };
}
