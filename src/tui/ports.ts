import type { Snippet, Snippets } from '../client/snippets.ts';

/**
 * A relay to connect to, and as whom: always with a master key. A device token would take the session of its device, and
 * that may be a machine at work.
 */
export interface CommanderConnection {
  /** What the header calls it: the profile's name. */
  readonly label: string;
  readonly url: string;
  readonly authKey: string;
  /** The commander's own client id. */
  readonly sender: string;
  /** Own certificate authorities in PEM. */
  readonly ca?: string;
  /** The saved profile that it came from, where it did. */
  readonly profile?: string;
}

/** A relay that runs inside this process, for as long as the commander does. */
export interface LocalRelay {
  readonly connection: CommanderConnection;
  /** A device that answers, to play with; none when somebody has removed it. */
  readonly simulatedDevice?: string;
  /** What has to be said about the start: another port, for instance. */
  readonly notes: readonly string[];
  /** Stops the device, then the relay, which drains. */
  close(): Promise<void>;
  /** Stops it here, and starts it again as a process of its own with the same address and data. */
  keepRunning(): Promise<void>;
}

/** How the commander begins. */
export type Beginning =
  | { readonly kind: 'first-run' }
  | { readonly kind: 'connect'; readonly connection: CommanderConnection }
  /** The relay that was started here before is not running. */
  | { readonly kind: 'start-local' };

/** Commands of earlier sessions. */
export interface CommandHistory {
  /** Oldest first. */
  load(): Promise<readonly string[]>;
  add(command: string): Promise<void>;
}

export interface SavedProfile {
  readonly name: string;
  readonly url: string;
}

/** What the commander needs from the program around it, which knows the server, the profiles and the files of this user. */
export interface CommanderPorts {
  /** Whether an id was made for a command that is over in a moment, and so is nobody's device. */
  isOneShot(id: string): boolean;
  /** Rejects with a sentence; `onFatal` is told when the relay can keep nothing any more. */
  startLocalRelay(onFatal: (reason: string) => void): Promise<LocalRelay>;
  /** The connection of somebody who typed an address and a master key; throws a sentence when that is no address. */
  connectionTo(url: string, authKey: string): CommanderConnection;
  /** Shows the key to the relay as `relay login` does; rejects with a sentence when it is not taken. */
  checkKey(connection: CommanderConnection): Promise<void>;
  /** Why nothing can be saved under this name; undefined when it can. */
  problemWithName(name: string): string | undefined;
  /** Saves it under a new name, or without one under that of its host; resolves with the name. */
  saveProfile(connection: CommanderConnection, name: string): Promise<string>;
  /** Puts the key in the place of the one in the profile that the connection came from. */
  replaceKey(connection: CommanderConnection): Promise<void>;
  /** Those that the commander can use: with a master key. */
  profiles(): readonly SavedProfile[];
  /** Rejects with a sentence when it cannot be used. */
  openProfile(name: string): Promise<Beginning>;
  /** The saved commands, the same as those of `relay snippet`. */
  snippets(): Snippets;
  saveSnippet(name: string, snippet: Snippet): Promise<void>;
  readonly history: CommandHistory;
  /** A program to paste on the machine of a device. */
  workerFor(url: string, deviceToken: string): string;
}
