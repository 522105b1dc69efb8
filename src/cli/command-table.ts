import type { Command } from './command.ts';

/** A name on the command line, and the file behind it, loaded only when that command is used. */
export interface CommandEntry {
  /** As in yargs: the name and the positionals. */
  readonly usage: string;
  readonly describe: string;
  readonly load: () => Promise<Command>;
}

/** Commands that share a first word, `device add` and so on. */
export interface CommandGroup {
  readonly usage: string;
  readonly describe: string;
  readonly commands: readonly CommandEntry[];
}

const device = () => import('./commands/device.ts');
const queue = () => import('./commands/queue.ts');
const user = () => import('./commands/user.ts');
const key = () => import('./commands/key.ts');
const snippet = () => import('./commands/snippet.ts');
const profile = () => import('./commands/profile.ts');

export const commandTable: readonly (CommandEntry | CommandGroup)[] = [
  {
    usage: 'serve',
    describe: 'Run the relay',
    load: async () => (await import('./commands/serve.ts')).serveCommand,
  },
  {
    usage: 'send [payload..]',
    describe: 'Send a message to one or more targets',
    load: async () => (await import('./commands/send.ts')).sendCommand,
  },
  {
    usage: 'call [payload..]',
    describe: 'Send a message and wait for its reply',
    load: async () => (await import('./commands/call.ts')).callCommand,
  },
  {
    usage: 'listen',
    describe: 'Print what arrives, a JSON line each',
    load: async () => (await import('./commands/listen.ts')).listenCommand,
  },
  {
    usage: 'record <file>',
    describe: 'Record what arrives, or what passes in the room, into a file',
    load: async () => (await import('./commands/record.ts')).recordCommand,
  },
  {
    usage: 'replay <file>',
    describe: 'Send a recording again, with its timing',
    load: async () => (await import('./commands/replay.ts')).replayCommand,
  },
  {
    usage: 'snippet',
    describe: 'Saved commands with variables',
    commands: [
      {
        usage: 'add <name> [payload..]',
        describe: 'Save a command',
        load: async () => (await snippet()).snippetAddCommand,
      },
      { usage: 'ls', describe: 'List the saved commands', load: async () => (await snippet()).snippetListCommand },
      { usage: 'rm <name>', describe: 'Forget a command', load: async () => (await snippet()).snippetRemoveCommand },
      {
        usage: 'send <name> [variable..]',
        describe: 'Send a saved command, as relay send does',
        load: async () => (await import('./commands/snippet-send.ts')).snippetSendCommand,
      },
    ],
  },
  {
    usage: 'sim [id..]',
    describe: 'Run virtual devices, with faults if you like',
    load: async () => (await import('./commands/sim.ts')).simCommand,
  },
  {
    usage: 'bench',
    describe: 'Measure latency and throughput against a relay',
    load: async () => (await import('./commands/bench.ts')).benchCommand,
  },
  {
    usage: 'presence [id..]',
    describe: 'Show who is online',
    load: async () => (await import('./commands/presence.ts')).presenceCommand,
  },
  {
    usage: 'wait <id>',
    describe: 'Wait until a client is online, or offline',
    load: async () => (await import('./commands/wait.ts')).waitCommand,
  },
  {
    usage: 'tap [id..]',
    describe: 'Show what passes in the room',
    load: async () => (await import('./commands/tap.ts')).tapCommand,
  },
  {
    usage: 'queue',
    describe: 'What waits for whom',
    commands: [
      { usage: 'ls', describe: 'List who has messages waiting', load: async () => (await queue()).queueListCommand },
      {
        usage: 'show <id>',
        describe: 'Show what waits for a client',
        load: async () => (await queue()).queueShowCommand,
      },
      {
        usage: 'cancel <id> <seq>',
        describe: 'Take one message out of a queue',
        load: async () => (await queue()).queueCancelCommand,
      },
      {
        usage: 'purge <id>',
        describe: 'Cancel all that waits for a client',
        load: async () => (await queue()).queuePurgeCommand,
      },
    ],
  },
  {
    usage: 'doctor [id]',
    describe: 'Say what is wrong between here and the relay, or a device',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand,
  },
  {
    usage: 'device',
    describe: 'Devices of your user',
    commands: [
      {
        usage: 'add <id>',
        describe: 'Register a device; shows its token, once',
        load: async () => (await device()).deviceAddCommand,
      },
      { usage: 'ls', describe: 'List the devices', load: async () => (await device()).deviceListCommand },
      { usage: 'show <id>', describe: 'Show one device', load: async () => (await device()).deviceShowCommand },
      {
        usage: 'rm <id>',
        describe: 'Remove a device, its token and what waits for it',
        load: async () => (await device()).deviceRemoveCommand,
      },
      {
        usage: 'rotate-token <id>',
        describe: 'Give a device a new token',
        load: async () => (await device()).deviceRotateCommand,
      },
    ],
  },
  {
    usage: 'user',
    describe: 'Users of the relay and their limits (admin key)',
    commands: [
      {
        usage: 'add <name>',
        describe: 'Add a user; shows its master key, once',
        load: async () => (await user()).userAddCommand,
      },
      { usage: 'ls', describe: 'List the users', load: async () => (await user()).userListCommand },
      {
        usage: 'rm <name>',
        describe: 'Remove a user with its keys, devices and queues',
        load: async () => (await user()).userRemoveCommand,
      },
      { usage: 'set <name>', describe: 'Change the limits of a user', load: async () => (await user()).userSetCommand },
    ],
  },
  {
    usage: 'key',
    describe: 'Master keys of users and admin keys (admin key)',
    commands: [
      {
        usage: 'add [user]',
        describe: 'Add a master key, or an admin key; shown once',
        load: async () => (await key()).keyAddCommand,
      },
      { usage: 'ls [user]', describe: 'List the keys', load: async () => (await key()).keyListCommand },
      {
        usage: 'rm <key>',
        describe: 'Revoke a key, and close its connections',
        load: async () => (await key()).keyRemoveCommand,
      },
    ],
  },
  {
    usage: 'backup <file>',
    describe: 'Copy the store of a relay into a file (admin key)',
    load: async () => (await import('./commands/backup.ts')).backupCommand,
  },
  {
    usage: 'restore <file>',
    describe: 'Make a data folder of a backup',
    load: async () => (await import('./commands/restore.ts')).restoreCommand,
  },
  {
    usage: 'login [url]',
    describe: 'Check a key against a relay and save both as a profile',
    load: async () => (await import('./commands/login.ts')).loginCommand,
  },
  {
    usage: 'profile',
    describe: 'Saved connections',
    commands: [
      { usage: 'add <name>', describe: 'Save a connection', load: async () => (await profile()).profileAddCommand },
      { usage: 'ls', describe: 'List the saved connections', load: async () => (await profile()).profileListCommand },
      {
        usage: 'use <name>',
        describe: 'Use this one when none is named',
        load: async () => (await profile()).profileUseCommand,
      },
      { usage: 'rm <name>', describe: 'Forget a connection', load: async () => (await profile()).profileRemoveCommand },
    ],
  },
  {
    usage: 'completion <shell>',
    describe: 'Print the completion script for bash, zsh or fish',
    load: async () => (await import('./commands/completion.ts')).completionCommand,
  },
];

/** `relay` without a command. */
export async function loadCommander(): Promise<Command> {
  return (await import('./commands/commander.ts')).commanderCommand;
}
