import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { Relay } from '../../server/start-relay.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { CommandError, type ExitCode, exitCodes } from '../exit-codes.ts';
import { defaultDataDir } from '../paths.ts';
import { readServeSettings, type ServeSettings } from '../serve-settings.ts';
import { createTickWriter } from '../tick-writer.ts';

/** The profile that the other commands use on this machine. */
const localProfile = 'local';

type Bootstrap = NonNullable<Relay['bootstrap']>;

/** Keeps the keys of the first start in a file of their owner, where nobody is there to read them. */
function writeBootstrapFile(dataDir: string, bootstrap: Bootstrap): string {
  const path = join(resolve(dataDir), 'bootstrap.json');
  const { user, authKey, adminKey } = bootstrap;
  writeFileSync(path, `${JSON.stringify({ user, auth_key: authKey, admin_key: adminKey })}\n`, {
    mode: 0o600,
    flag: 'wx',
  });
  return path;
}

async function tellKeysToPerson(
  relay: Relay,
  bootstrap: Bootstrap,
  dataDir: string,
  context: CommandContext,
): Promise<void> {
  const { output, profiles } = context;
  const saved = await profiles.add(localProfile, {
    url: relay.url,
    auth_key: bootstrap.authKey,
    admin_key: bootstrap.adminKey,
    data_dir: resolve(dataDir),
  });
  await output.line(`First start. These keys are shown this once; the relay keeps only their hashes.`);
  await output.line(`  user                   ${bootstrap.user}`);
  await output.line(`  master key (auth_key)  ${bootstrap.authKey}`);
  await output.line(`  admin key              ${bootstrap.adminKey}`);
  await output.line(
    saved
      ? `They are saved as profile "${localProfile}" in ${profiles.path}, so that the other commands just work.`
      : `Profile "${localProfile}" exists and stays as it is: save these with "relay profile add NAME --url ${relay.url} --auth-key-stdin".`,
  );
}

/** The machine contract of UX: bootstrap once, then listening; keys in no log. */
async function tellStart(relay: Relay, settings: ServeSettings, context: CommandContext): Promise<void> {
  const { output } = context;
  const { bootstrap, url, http } = relay;
  if (output.json) {
    if (bootstrap !== undefined) {
      const { user, authKey, adminKey } = bootstrap;
      await output.record({ event: 'bootstrap', user, auth_key: authKey, admin_key: adminKey });
    }
    await output.record({ event: 'listening', url, http });
    return;
  }
  if (bootstrap !== undefined && output.isTerminal) await tellKeysToPerson(relay, bootstrap, settings.dataDir, context);
  else if (bootstrap !== undefined) {
    output.complain(`the keys of this first start are in ${writeBootstrapFile(settings.dataDir, bootstrap)}`);
  }
  output.say(`data in ${resolve(settings.dataDir)}`);
  output.say(`listening at ${url} and ${http}`);
}

/**
 * A connection lives for hours, and V8 takes many that come at once for a reason to enlarge its nursery by tens of megabytes, half as
 * much again as a thousand idle connections need. Messages hardly touch it: their bytes are outside of V8's memory. So small a
 * nursery is cleaned by one thread in less than a millisecond; shared among several, the relay waits for the slowest of them to be given a
 * core, which on a busy machine took longer than all else that a message waits for.
 */
function tuneGarbageCollection(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--no-parallel-scavenge');
}

export const serveCommand = defineCommand({
  options: {
    host: { type: 'string', requiresArg: true, describe: 'Address to listen on [127.0.0.1]' },
    port: { type: 'string', requiresArg: true, describe: 'Port to listen on; 0 takes a free one [8787]' },
    data: { type: 'string', requiresArg: true, describe: "Data folder [the platform's own place]" },
    limit: {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'NAME=VALUE, such as queue_messages=500; may be repeated',
    },
    'tls-cert': { type: 'string', requiresArg: true, describe: 'Certificate chain in PEM' },
    'tls-key': { type: 'string', requiresArg: true, describe: 'Its private key in PEM' },
    'allow-plaintext': { type: 'boolean', describe: 'Plain text beyond this machine, in a network that you trust' },
    'trust-proxy': {
      type: 'string',
      describe: 'Addresses of reverse proxies; the private networks when none is named',
    },
    'public-url': { type: 'string', requiresArg: true, describe: 'The address that people use, behind a proxy' },
    origin: {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'An origin that browsers may connect from; any unless said',
    },
    config: {
      type: 'string',
      requiresArg: true,
      describe: 'A JSON file with the names of these flags; limits as {"NAME":"VALUE"}',
    },
    'log-level': {
      type: 'string',
      requiresArg: true,
      describe: 'trace, debug, info, warn, error or silent [info; warn on a terminal]',
    },
    'fast-lane': {
      type: 'string',
      requiresArg: true,
      describe: 'on, or off: slower and in all else the same, to compare the two [on]',
    },
  },
  examples: [
    ['relay serve', 'Runs a relay for this machine; the first start shows the keys.'],
    ['relay serve --data ./relay-data --port 0 --json', 'On a free port, said as JSON lines.'],
    ['relay serve --host 0.0.0.0 --tls-cert chain.pem --tls-key key.pem', 'For other machines.'],
  ],
  endsItself: true,
  async run(argv, context): Promise<ExitCode> {
    tuneGarbageCollection();
    const { startRelay, RelayStartError } = await import('../../server/start-relay.ts');
    const read = () => {
      const settings = readServeSettings(argv, context.env, { dataDir: defaultDataDir() });
      // A person who looks at the terminal is told what matters; everyone else gets it all.
      return { logLevel: process.stderr.isTTY ? 'warn' : 'info', ...settings };
    };
    const settings = read();
    const end = Promise.withResolvers<ExitCode>();
    const log = createTickWriter(process.stderr);
    // Also when it ends by a bug: what was logged last is what matters then.
    process.on('exit', log.flush);
    const relay = await startRelay({
      ...settings,
      logger: log,
      onFatal: (reason) => {
        context.output.complain(`the relay ends: ${reason}`);
        end.resolve(exitCodes.failed);
      },
    }).catch((error: unknown) => {
      throw error instanceof RelayStartError ? new CommandError(exitCodes.failed, error.message) : error;
    });

    const { signal } = context.interruption;
    const handleInterruption = () => {
      const { exitCode } = context.interruption;
      // SIGTERM is how services are stopped: that is done well, and no failure.
      end.resolve(exitCode === exitCodes.terminated ? exitCodes.done : exitCode);
    };
    const handleReload = () => {
      try {
        const { userLimits, serverLimits, logLevel, tls } = read();
        relay.reload({ userLimits, serverLimits, logLevel, ...(tls === undefined ? {} : { tls }) });
        context.output.say('limits, log level and certificates are read again');
      } catch (error) {
        context.output.complain(`nothing was reloaded: ${error instanceof Error ? error.message : error}`);
      }
    };
    signal.addEventListener('abort', handleInterruption);
    process.on('SIGHUP', handleReload);
    try {
      if (signal.aborted) handleInterruption();
      else await tellStart(relay, settings, context);
      return await end.promise;
    } finally {
      process.off('SIGHUP', handleReload);
      await relay.close();
    }
  },
});
