/** The saved connections as the commander sees and makes them. */
import { resolve } from 'node:path';
import { parseRelayUrl } from '../client/address.ts';
import type { CommanderConnection, CommanderPorts, SavedProfile } from '../tui/ports.ts';
import type { CommandContext } from './command.ts';
import { CommandError, exitCodes } from './exit-codes.ts';
import { isProfileName, type Profiles } from './profiles.ts';

type ProfilePorts = Pick<CommanderPorts, 'profiles' | 'problemWithName' | 'saveProfile' | 'replaceKey'>;

/** Those with a master key: with a device token the commander would take the session of its device. */
function usableProfiles(profiles: Profiles): readonly SavedProfile[] {
  return profiles.names().flatMap((name) => {
    const profile = profiles.get(name);
    return profile?.auth_key === undefined ? [] : [{ name, url: profile.url }];
  });
}

/** A name that is free, from the host: `relay.example`, `relay.example-2`. */
function freeNameFor(url: string, profiles: Profiles): string {
  const host = new URL(parseRelayUrl(url).http).hostname.replace(/[^A-Za-z0-9._-]/g, '');
  const base = isProfileName(host) ? host : 'relay';
  const taken = new Set(profiles.names());
  let name = base;
  for (let number = 2; taken.has(name); number++) name = `${base}-${number}`;
  return name;
}

function problemWithName(name: string, profiles: Profiles): string | undefined {
  if (!isProfileName(name)) {
    return 'A profile is named with letters, digits, dots, dashes and underscores, at most 64.';
  }
  return profiles.get(name) === undefined ? undefined : `There is a profile ${name} already: choose another name.`;
}

/** A key belongs to its address: where another command has changed that, it is not put there. */
async function replaceKey(
  { profile: name = '', url, authKey }: CommanderConnection,
  profiles: Profiles,
): Promise<void> {
  const profile = profiles.get(name);
  if (profile?.url !== url) {
    throw new CommandError(exitCodes.failed, `the profile ${name} is no longer that of ${url}`);
  }
  await profiles.replace(name, { ...profile, auth_key: authKey });
}

/** `caFile`: the authorities that the command line names, which belong to a connection that has some and no profile. */
export function createProfilePorts(
  { profiles }: Pick<CommandContext, 'profiles'>,
  caFile: string | undefined,
): ProfilePorts {
  return {
    profiles: () => usableProfiles(profiles),
    problemWithName: (name) => problemWithName(name, profiles),
    async saveProfile({ url, authKey, ca }, wanted) {
      const name = wanted === '' ? freeNameFor(url, profiles) : wanted;
      const authorities = ca === undefined || caFile === undefined ? {} : { ca_file: resolve(caFile) };
      const isSaved = await profiles.add(name, { url, auth_key: authKey, ...authorities });
      if (!isSaved) throw new CommandError(exitCodes.failed, `there is a profile ${name} already`);
      return name;
    },
    replaceKey: (connection) => replaceKey(connection, profiles),
  };
}
