import type { CommandText, NamedTarget } from './command-text.ts';
import type { Device, DeviceList, DeviceState } from './device-list.ts';

/** One receiver of a command, as its title names it. */
export interface Target {
  readonly id: string;
  /** `strange`: the relay knows its clients and this is none of them. */
  readonly state: DeviceState | 'strange';
  /** The filter of the device list keeps it out of sight. */
  readonly isHidden: boolean;
}

/** Everybody whom a command goes to, and the names in it that stand for nobody. */
export interface Addressees {
  readonly targets: readonly Target[];
  readonly unmatched: readonly string[];
}

const wildcards: Readonly<Record<string, string>> = { '*': '.*', '?': '.' };

function globPattern(glob: string): RegExp {
  const source = Array.from(glob, (character) => wildcards[character] ?? RegExp.escape(character));
  return new RegExp(`^${source.join('')}$`, 'su');
}

function idsOf(named: NamedTarget, devices: readonly Device[]): readonly string[] {
  const isGlob = !named.isLiteral && /[*?]/.test(named.name);
  if (!isGlob || devices.some(({ id }) => id === named.name)) return named.name === '' ? [] : [named.name];
  const pattern = globPattern(named.name);
  return devices.filter(({ id }) => pattern.test(id)).map(({ id }) => id);
}

function describe(id: string, list: DeviceList): Target {
  const device = list.all.find((known) => known.id === id);
  const state = device?.state ?? (list.isComplete ? 'strange' : 'unknown');
  return { id, state, isHidden: device !== undefined && !list.shown.includes(device) };
}

/** What to write where nothing is written yet: marked devices need no names. */
export function exampleCommand({ marks }: DeviceList): string {
  return marks.length > 0 ? '{"cmd":"status"}' : '@name {"cmd":"status"}';
}

/**
 * Whom a command goes to: those named at its start, else the marked ones. With neither nobody is addressed, whatever the
 * cursor stands on, so that no key pressed by mistake moves a machine.
 */
export function addresseesOf(command: CommandText, list: DeviceList): Addressees {
  const found = command.names.map((named) => ({ named, ids: idsOf(named, list.all) }));
  const ids = command.names.length > 0 ? found.flatMap((one) => one.ids) : list.marks;
  return {
    targets: [...new Set(ids)].map((id) => describe(id, list)),
    unmatched: found.filter((one) => one.ids.length === 0).map(({ named }) => `@${named.name}`),
  };
}
