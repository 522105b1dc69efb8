import { join } from 'node:path';
import { isObject } from '../protocol/messages.ts';
import { changeConfigFile, readConfigFile } from './config-file.ts';
import { CommandError, exitCodes } from './exit-codes.ts';
import { configDir } from './paths.ts';

/** A saved connection: an address and the credentials that belong to it and to no other address. */
export interface Profile {
  readonly url: string;
  readonly auth_key?: string;
  /** The client id that a controller uses, and the address that answers come to. */
  readonly sender?: string;
  readonly device_token?: string;
  readonly admin_key?: string;
  /** A file with certificate authorities in PEM. */
  readonly ca_file?: string;
  /** The data folder of a relay that runs on this machine. */
  readonly data_dir?: string;
}

export interface Profiles {
  /** The file that holds them. */
  readonly path: string;
  /** The name of the profile that is used when none is named. */
  readonly current: string | undefined;
  names(): readonly string[];
  get(name: string): Profile | undefined;
  /** Saves under a new name; false, and nothing changed, when the name is taken. The first one becomes the current. */
  add(name: string, profile: Profile): Promise<boolean>;
  /** Saves, whether or not the name is taken. */
  replace(name: string, profile: Profile): Promise<void>;
  use(name: string): Promise<void>;
  remove(name: string): Promise<void>;
}

interface ProfilesFile {
  readonly current?: string;
  readonly profiles: Readonly<Record<string, Profile>>;
}

const profileFields = ['url', 'auth_key', 'sender', 'device_token', 'admin_key', 'ca_file', 'data_dir'] as const;

/** A name without spaces and slashes, so that it reads well on a command line. */
export function isProfileName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name);
}

function readProfile(value: unknown): Profile | undefined {
  if (!isObject(value) || typeof value.url !== 'string') return undefined;
  const entries = profileFields.flatMap((field) => (typeof value[field] === 'string' ? [[field, value[field]]] : []));
  return { ...Object.fromEntries(entries), url: value.url };
}

function checkFile(value: unknown, path: string): ProfilesFile {
  if (!isObject(value) || !isObject(value.profiles)) {
    throw new CommandError(exitCodes.failed, `${path} holds no profiles: repair it or remove it`);
  }
  const profiles = Object.entries(value.profiles).flatMap(([name, entry]) => {
    const profile = readProfile(entry);
    return profile === undefined ? [] : [[name, profile] as const];
  });
  return {
    profiles: Object.fromEntries(profiles),
    ...(typeof value.current === 'string' ? { current: value.current } : {}),
  };
}

function profilesIn(value: unknown, path: string): ProfilesFile {
  return value === undefined ? { profiles: {} } : checkFile(value, path);
}

function readFile(path: string): ProfilesFile {
  return profilesIn(readConfigFile(path), path);
}

/** Opens the profiles of this user; the file is 0600, because it holds keys. */
export function openProfiles(env: Readonly<Record<string, string | undefined>>): Profiles {
  const folder = configDir(env);
  const path = join(folder, 'profiles.json');

  /** What is there is read again, because another command may have written. */
  function write(change: (file: ProfilesFile) => ProfilesFile): Promise<void> {
    return changeConfigFile(folder, 'profiles', (held) => ({ ...change(profilesIn(held, path)) }));
  }

  function put(file: ProfilesFile, name: string, profile: Profile): ProfilesFile {
    return {
      current: file.current !== undefined && Object.hasOwn(file.profiles, file.current) ? file.current : name,
      profiles: { ...file.profiles, [name]: profile },
    };
  }

  return {
    path,
    get current() {
      return readFile(path).current;
    },
    names: () => Object.keys(readFile(path).profiles).sort(),
    get(name) {
      const { profiles } = readFile(path);
      return Object.hasOwn(profiles, name) ? profiles[name] : undefined;
    },
    async add(name, profile) {
      if (Object.hasOwn(readFile(path).profiles, name)) return false;
      let isNew = false;
      await write((file) => {
        isNew = !Object.hasOwn(file.profiles, name);
        return isNew ? put(file, name, profile) : file;
      });
      return isNew;
    },
    replace: (name, profile) => write((file) => put(file, name, profile)),
    use: (name) => write((file) => ({ ...file, current: name })),
    remove: (name) =>
      write((file) => {
        const { [name]: _removed, ...profiles } = file.profiles;
        const current = file.current === name ? undefined : file.current;
        return { profiles, ...(current === undefined ? {} : { current }) };
      }),
  };
}
