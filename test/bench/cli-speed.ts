/**
 * How long a command takes, from its start to its end, beside a Node that does nothing. Interleaved rounds, medians, and the
 * bounds that the command line has set itself: `npm run bundle && node test/bench/cli-speed.ts`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRelayClient } from '../../src/client/relay-client.ts';
import { relayCommand, startServe } from '../e2e/built-relay.ts';
import { median } from './statistics.ts';

const rounds = 15;

interface Contender {
  readonly title: string;
  readonly args: readonly string[];
  /** At most so many times a Node that does nothing. */
  readonly ratioMax?: number;
}

const [node, program] = relayCommand;
const contenders: readonly Contender[] = [
  { title: 'node -e 0', args: ['-e', '0'] },
  { title: 'relay --version', args: [program, '--version'], ratioMax: 3 },
  { title: 'relay send', args: [program, 'send', '-t', 'gate', 'cmd=open'], ratioMax: 5 },
  {
    title: 'relay send --wait delivered',
    args: [program, 'send', '-t', 'gate', 'cmd=open', '--wait', 'delivered'],
    ratioMax: 5,
  },
  { title: 'relay --help', args: [program, '--help'] },
  { title: 'relay presence', args: [program, 'presence'] },
];

async function timeMs({ title, args }: Contender, env: NodeJS.ProcessEnv): Promise<number> {
  const startedAtMs = performance.now();
  const child = spawn(node, args, { env, stdio: 'ignore' });
  const [code] = await once(child, 'exit');
  const durationMs = performance.now() - startedAtMs;
  if (code !== 0) throw new Error(`${title} ended with ${code}`);
  return durationMs;
}

async function measure(): Promise<ReadonlyMap<Contender, number>> {
  await using relay = await startServe();
  const authKey = relay.bootstrap?.authKey ?? '';
  await using gate = createRelayClient({ url: relay.url, credentials: { authKey, sender: 'gate' } });
  await gate.ready();
  const env = { PATH: process.env.PATH, HOME: relay.dataDir, RELAY_CONFIG_DIR: relay.dataDir, ...relay.env };
  const times = new Map(contenders.map((contender) => [contender, [] as number[]]));
  // The first round fills the compile cache and is not counted.
  for (const contender of contenders) await timeMs(contender, env);
  for (let round = 0; round < rounds; round += 1) {
    for (const [contender, measured] of times) measured.push(await timeMs(contender, env));
  }
  return new Map([...times].map(([contender, measured]) => [contender, median(measured)]));
}

const medians = await measure();
const [nothing = Number.NaN] = medians.values();
const lines = ['| whole process | median ms | × node -e 0 | at most |', '|---|---:|---:|---:|'];
for (const [{ title, ratioMax }, durationMs] of medians) {
  const ratio = durationMs / nothing;
  if (ratioMax !== undefined && ratio > ratioMax) process.exitCode = 1;
  lines.push(`| ${title} | ${durationMs.toFixed(0)} | ${ratio.toFixed(2)} | ${ratioMax ?? '–'} |`);
}
process.stdout.write(`${lines.join('\n')}\n`);
