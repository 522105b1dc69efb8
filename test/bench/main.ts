/** Measures this relay beside others: see README.md in this folder. */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release } from 'node:os';
import { allMeasures } from './measures/all-measures.ts';
import { type BenchOptions, BenchUsageError, parseOptions, usage } from './options.ts';
import { allPeers } from './peers/all-peers.ts';
import type { Peer } from './peers/peer.ts';
import type { Row } from './results.ts';
import { runMeasure, SharedServers } from './run-measure.ts';
import { tableOf } from './table.ts';

const print = (text: string) => process.stdout.write(`${text}\n`);
const tell = (text: string) => process.stderr.write(`${text}\n`);

/** The peers asked for that can be measured here; says why others cannot. */
function choosePeers({ peers: wanted, cpuProfileDir }: BenchOptions): readonly Peer[] {
  const profiling = cpuProfileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${cpuProfileDir}`];
  const known = allPeers(profiling);
  const names = known.map((peer) => peer.name);
  const unknown = wanted?.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new BenchUsageError(`--peers: "${unknown}" is not known; servers are ${names.join(', ')}`);
  }
  return known.filter((peer) => {
    if (wanted !== undefined && !wanted.includes(peer.name)) return false;
    const reason = peer.whyNot();
    if (reason !== undefined) tell(`${peer.name} is left out: ${reason}`);
    return reason === undefined;
  });
}

interface Section {
  readonly measure: string;
  readonly rows: readonly Row[];
}

async function runAll(options: BenchOptions, peers: readonly Peer[]): Promise<readonly Section[]> {
  const sections: Section[] = [];
  await using servers = new SharedServers();
  for (const name of options.measures) {
    const measure = allMeasures[name];
    const measured = peers.filter((peer) => measure.onlyPeer === undefined || measure.onlyPeer === peer.name);
    const rows = await runMeasure({ measure, plan: options.plan, peers: measured, servers, onProgress: tell });
    sections.push({ measure: name, rows });
    print(`\n### ${measure.title}\n\n${measure.about}\n\n${tableOf(measure.columns, rows, options.references)}`);
    for (const row of rows) if (row.problem !== undefined) print(`\n${row.case}, ${row.peer}: ${row.problem}`);
  }
  return sections;
}

async function main(): Promise<number> {
  if (process.platform !== 'linux') throw new BenchUsageError('the bench reads /proc, which only Linux has');
  const options = parseOptions(process.argv.slice(2));
  const peers = choosePeers(options);
  const machine = `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, Linux ${release()}, Node ${process.version}`;
  print(`Medians of interleaved rounds on ${machine}; payloads: ${options.plan.payloadStyle}.\n`);
  for (const peer of peers) print(`- ${peer.name}: ${peer.about}`);
  const sections = await runAll(options, peers);
  if (options.out !== undefined) {
    const about = Object.fromEntries(peers.map((peer) => [peer.name, peer.about]));
    const report = { at: new Date().toISOString(), machine, plan: options.plan, peers: about, sections };
    writeFileSync(options.out, `${JSON.stringify(report, undefined, 2)}\n`);
  }
  return sections.some(({ rows }) => rows.some((row) => row.problem !== undefined)) ? 1 : 0;
}

process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof BenchUsageError)) throw error;
  tell(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
