import type { Presence } from '../../client/http-types.ts';
import { type CommandContext, connectionOptions, defineCommand } from '../command.ts';
import { type Connection, findConnection, withHttp } from '../connect.ts';
import { didYouMean } from '../did-you-mean.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type Output, paint } from '../output.ts';

async function showTable(presence: Presence, output: Output): Promise<void> {
  const rows = Object.entries(presence).sort(([one], [other]) => one.localeCompare(other));
  await output.table([['CLIENT', 'PRESENCE'], ...rows]);
}

/** Asks for all that the room knows, so that a mistyped name gets a hint; the rest of the room is left out. */
async function askForPeople(connection: Connection, ids: readonly string[], output: Output): Promise<Presence> {
  const presence = await withHttp(connection, (http) => http.presence());
  if (ids.length === 0) return presence;
  const known = new Map(Object.entries(presence));
  for (const id of ids.filter((candidate) => !known.has(candidate))) {
    output.say(`the room has never seen "${id}"${didYouMean(id, [...known.keys()])}`);
  }
  return Object.fromEntries(ids.map((id) => [id, known.get(id) ?? 'offline']));
}

async function tell(changes: Presence, output: Output): Promise<void> {
  if (output.json) {
    await output.record(changes);
    return;
  }
  const time = new Date().toLocaleTimeString('en-GB');
  for (const [id, state] of Object.entries(changes)) {
    await output.line(`${time} ${state === 'online' ? paint('green', 'online ') : 'offline'} ${id}`);
  }
}

/** Says the presence of all and then its changes, until it is interrupted. */
async function watch(
  connection: Connection,
  ids: readonly string[] | undefined,
  context: CommandContext,
): Promise<never> {
  // Loads the WebSocket side, which the other ways to ask do without.
  const { changesOf, followPresence } = await import('../presence-feed.ts');
  let before: Presence | undefined;
  let told = Promise.resolve();
  const say = (changes: Presence) => {
    told = told.then(() => tell(changes, context.output));
  };
  const listener = {
    all(now: Presence) {
      const changes = before === undefined ? now : changesOf(before, now);
      if (before === undefined || Object.keys(changes).length > 0) say(changes);
      before = now;
    },
    changed(changes: Presence) {
      before = { ...before, ...changes };
      say(changes);
    },
  };
  // It goes on until a signal ends the process.
  return await followPresence(connection, ids, context, listener, new Promise<never>(() => undefined));
}

export const presenceCommand = defineCommand({
  positionals: {
    id: { type: 'string', array: true, describe: 'Clients to ask for; all that the room knows unless said' },
  },
  options: {
    ...connectionOptions,
    watch: { type: 'boolean', alias: 'w', describe: 'Go on and print changes' },
  },
  examples: [
    ['relay presence', 'Shows every client that the room knows.'],
    ['relay presence -q gate && echo reachable', 'Asks by exit code alone: 0 when all of them are online, else 1.'],
    ['relay presence --watch --json', 'Prints all of it, and then a line for each change.'],
  ],
  async run(argv, context): Promise<ExitCode> {
    const connection = await findConnection(argv, context, 'room');
    const ids = argv.id === undefined || argv.id.length === 0 ? undefined : argv.id;
    if (argv.watch === true) return await watch(connection, ids, context);
    const { output } = context;
    const presence =
      output.json || argv.quiet === true
        ? await withHttp(connection, (http) => http.presence(ids))
        : await askForPeople(connection, ids ?? [], output);
    if (output.json) await output.record(presence);
    else if (argv.quiet !== true) await showTable(presence, output);
    if (argv.quiet !== true) return exitCodes.done;
    return Object.values(presence).every((state) => state === 'online') ? exitCodes.done : exitCodes.failed;
  },
});
