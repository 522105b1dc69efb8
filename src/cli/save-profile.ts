import { isClientId } from '../protocol/client-id.ts';
import { clientIdRule } from '../protocol/messages.ts';
import type { CommandContext } from './command.ts';
import { confirm } from './confirm.ts';
import { readCaFile, type StdinSecrets } from './connection.ts';
import { usageError } from './exit-codes.ts';
import type { Profile } from './profiles.ts';

/** A profile of an address and what belongs to it; the file of authorities must be readable now. */
export function profileOf(
  url: string,
  secrets: StdinSecrets,
  rest: { readonly sender?: string | undefined; readonly caFile?: string | undefined },
): Profile {
  if (rest.sender !== undefined && !isClientId(rest.sender)) {
    throw usageError(`--sender ${JSON.stringify(rest.sender)} is no client id: ${clientIdRule}`);
  }
  if (rest.caFile !== undefined) readCaFile(rest.caFile);
  return {
    url,
    ...(secrets.authKey === undefined ? {} : { auth_key: secrets.authKey }),
    ...(secrets.deviceToken === undefined ? {} : { device_token: secrets.deviceToken }),
    ...(secrets.adminKey === undefined ? {} : { admin_key: secrets.adminKey }),
    ...(rest.sender === undefined ? {} : { sender: rest.sender }),
    ...(rest.caFile === undefined ? {} : { ca_file: rest.caFile }),
  };
}

function checkCredentials(profile: Profile): void {
  if (profile.auth_key === undefined || profile.device_token === undefined) return;
  throw usageError('a profile has a master key or a device token, not both: make one profile for each');
}

/** Saves under a new name, or adds to a profile with the same address; what would be replaced is asked for first. */
export async function saveProfile(
  name: string,
  added: Profile,
  yes: boolean | undefined,
  context: CommandContext,
): Promise<void> {
  const { profiles } = context;
  const old = profiles.get(name);
  if (old === undefined) {
    checkCredentials(added);
    await profiles.add(name, added);
    return;
  }
  // Keys belong to their address: with another one the old keys go.
  const next = old.url === added.url ? { ...old, ...added } : added;
  checkCredentials(next);
  const lost = Object.entries(old).filter(([field, value]) => next[field as keyof Profile] !== value);
  if (lost.length > 0) {
    await confirm(`Replace ${lost.map(([field]) => field).join(', ')} of profile ${name} (${old.url})?`, yes, context);
  }
  await profiles.replace(name, next);
}
