import type { CommandContext } from '../command.ts';
import { findConnection, isOneShotClientId, withHttp } from '../connect.ts';
import { openSnippetFile } from '../snippet-file.ts';
import type { ValueSources } from './candidates.ts';

/** Whoever pressed Tab waits no longer for the relay, in milliseconds. */
const answerTimeoutMs = 1000;
const noSecretsOnStdin = { authKeyStdin: undefined, deviceTokenStdin: undefined, adminKeyStdin: undefined };

/** The values of this user's files and of the relay; an empty list where one cannot be had, for a Tab has no place for errors. */
export function openValueSources(context: CommandContext): ValueSources {
  const { env, profiles } = context;

  function listed(list: () => readonly string[]): readonly string[] {
    try {
      return list();
    } catch {
      return [];
    }
  }

  return {
    profiles: () => listed(() => profiles.names()),
    snippets: () => listed(() => [...openSnippetFile(env).all().keys()]),
    async clients(profile) {
      try {
        const quiet = { ...context, prompts: { ...context.prompts, interactive: false } };
        const connection = await findConnection({ ...noSecretsOnStdin, profile }, quiet, 'room');
        const presence = await withHttp({ ...connection, timeoutMs: answerTimeoutMs }, (http) => http.presence());
        return Object.keys(presence).filter((id) => !isOneShotClientId(id));
      } catch {
        return [];
      }
    },
  };
}
