import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { parseRelayUrl } from '../../client/address.ts';
import { RelayHttpError } from '../../client/errors.ts';
import { createRelayHttp } from '../../client/http.ts';
import { isClientId } from '../../protocol/client-id.ts';
import type { Beginning, CommanderConnection, CommanderPorts } from '../../tui/ports.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { commanderExamples, commanderOptions } from '../commander-flags.ts';
import { createProfilePorts } from '../commander-profiles.ts';
import { type Connection, findConnection, isOneShotClientId } from '../connect.ts';
import type { ConnectionFlags } from '../connection.ts';
import { type ExitCode, exitCodes, usageError } from '../exit-codes.ts';
import { openHistoryFile } from '../history-file.ts';
import { type RelayProcess, startRelayProcess } from '../keep-running.ts';
import { isPortFree, localPortOf, localProfileName, type StartedLocalRelay, startLocalRelay } from '../local-relay.ts';
import { pythonWorker } from '../python-worker.ts';
import { openSnippetFile } from '../snippet-file.ts';

/** A client id that no other commander has, so that two of them do not take each other over. */
function makeSender(): string {
  const random = randomBytes(2).toString('hex');
  const named = `commander-${hostname().replace(/[^A-Za-z0-9._-]/g, '')}-${random}`;
  return isClientId(named) ? named : `commander-${random}`;
}

function connectionWith(label: string, url: string, authKey: string, sender = makeSender()): CommanderConnection {
  return { label, url, authKey, sender };
}

function connectionOf(found: Connection): CommanderConnection {
  const label = found.profile ?? new URL(parseRelayUrl(found.url).http).host;
  return {
    ...connectionWith(label, found.url, found.key, found.sender),
    ...(found.ca === undefined ? {} : { ca: found.ca }),
    ...(found.profile === undefined ? {} : { profile: found.profile }),
  };
}

/** Whether anything says which relay is meant. */
function isSetUp(argv: ConnectionFlags, { env, profiles }: CommandContext): boolean {
  const said = [argv.url, argv.profile, env.RELAY_URL, env.RELAY_AUTH_KEY, env.RELAY_PROFILE];
  if (said.some((value) => value !== undefined && value !== '')) return true;
  return profiles.current !== undefined || profiles.get(localProfileName) !== undefined;
}

/** Whether what has the port is a relay; one that refuses to answer is one too. */
async function isRelayAt(url: string): Promise<boolean> {
  const http = createRelayHttp({ url, timeoutMs: 2000 });
  try {
    await http.health();
    return true;
  } catch (error) {
    return error instanceof RelayHttpError;
  } finally {
    await http.close();
  }
}

/** Whether the profile is that of the relay of this machine, and it does not run. */
async function isStoppedHere(name: string | undefined, { profiles }: CommandContext): Promise<boolean> {
  const profile = name === localProfileName ? profiles.get(name) : undefined;
  const port = profile?.data_dir === undefined ? undefined : localPortOf(profile);
  if (profile === undefined || port === undefined) return false;
  return (await isPortFree(port)) || !(await isRelayAt(profile.url));
}

/** Standard input is the keyboard here. */
const noStdinSecrets = { authKeyStdin: undefined, deviceTokenStdin: undefined, adminKeyStdin: undefined };

async function beginningOf(argv: ConnectionFlags, context: CommandContext): Promise<Beginning> {
  if (!isSetUp(argv, context)) return { kind: 'first-run' };
  const found = await findConnection({ ...argv, ...noStdinSecrets }, context, 'master');
  if (await isStoppedHere(found.profile, context)) return { kind: 'start-local' };
  return { kind: 'connect', connection: connectionOf(found) };
}

/** What became of the relay inside, to be said when the terminal is the shell's again. */
interface LocalEnd {
  readonly started: StartedLocalRelay;
  /** It goes on as a process of its own. */
  readonly process: RelayProcess | undefined;
}

interface LocalPorts extends CommanderPorts {
  /** The relay that was started inside, if one was. */
  readonly ended: () => LocalEnd | undefined;
}

/** A saved connection as `--profile` would take it, whatever flags and environment say. */
async function openProfile(name: string, argv: ConnectionFlags, context: CommandContext): Promise<Beginning> {
  const { RELAY_URL, RELAY_AUTH_KEY, RELAY_DEVICE_TOKEN, RELAY_PROFILE, ...env } = context.env;
  const { url: _url, caFile: _caFile, ...flags } = argv;
  return await beginningOf({ ...flags, profile: name }, { ...context, env });
}

function createPorts(argv: ConnectionFlags, context: CommandContext): LocalPorts {
  let local: LocalEnd | undefined;
  const snippetFile = openSnippetFile(context.env);
  return {
    ended: () => local,
    isOneShot: isOneShotClientId,
    ...createProfilePorts(context, argv.caFile),
    openProfile: (name) => openProfile(name, argv, context),
    snippets: () => snippetFile.all(),
    saveSnippet: (name, snippet) => snippetFile.put(name, snippet),
    history: openHistoryFile(context.env),
    workerFor: (url, deviceToken) => pythonWorker({ url, deviceToken }),
    async startLocalRelay(onFatal) {
      const started = await startLocalRelay(context.profiles, onFatal);
      local = { started, process: undefined };
      const { simulatedDevice, notes } = started;
      return {
        connection: { ...connectionWith(localProfileName, started.url, started.authKey), profile: localProfileName },
        ...(simulatedDevice === undefined ? {} : { simulatedDevice }),
        notes,
        close: () => started.close(),
        async keepRunning() {
          await started.close();
          local = { started, process: await startRelayProcess(started.url, started.dataDir) };
        },
      };
    },
    connectionTo(url, authKey) {
      const { ws, http } = parseRelayUrl(url);
      return connectionWith(new URL(http).host, ws, authKey);
    },
    async checkKey({ url, authKey, ca }) {
      const { checkCredentials } = await import('../check-credentials.ts');
      await checkCredentials({ url, ca }, { authKey });
    },
  };
}

function wordsOf({ started, process }: LocalEnd): string {
  const { url, dataDir } = started;
  if (process === undefined) {
    return `The relay at ${url} is stopped; its data stays in ${dataDir}. "relay" starts it again, "relay serve" keeps it running.`;
  }
  return `The relay at ${url} keeps running: "kill ${process.pid}" stops it, and its log is ${process.logFile}.`;
}

/** NO_COLOR (no-color.org) and terminals that know none. */
function hasColor({ env }: CommandContext): boolean {
  return (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

export const commanderCommand = defineCommand({
  options: commanderOptions,
  examples: commanderExamples,
  endsItself: true,
  async run(argv, context): Promise<ExitCode> {
    if (context.stdin.isTTY !== true || !context.output.isTerminal) {
      throw usageError('the commander needs a terminal: in scripts use "relay listen --json" and "relay send"');
    }
    const { signal } = context.interruption;
    const ports = createPorts(argv, context);
    const beginning = await beginningOf(argv, context);
    const { startCommander } = await import('../../tui/start.tsx');
    await startCommander({
      beginning,
      ports,
      signal,
      isPlain: argv.plain === true,
      hasMouse: argv.mouse === true,
      isAscii: argv.ascii === true,
      hasColor: hasColor(context),
    });
    const local = ports.ended();
    if (local !== undefined) context.output.say(wordsOf(local));
    return signal.aborted ? context.interruption.exitCode : exitCodes.done;
  },
});
