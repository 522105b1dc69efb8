/** The flags of the bench. */
import { parseArgs } from 'node:util';
import { parseSizeBytes } from '../../src/protocol/units.ts';
import { type PayloadStyle, payloadStyles } from './generator/payload.ts';
import { type MeasureName, measureNames } from './measures/all-measures.ts';
import type { Plan } from './measures/measure.ts';

export interface BenchOptions {
  readonly plan: Plan;
  readonly measures: readonly MeasureName[];
  /** Names of peers; undefined means all that can be measured here. */
  readonly peers: readonly string[] | undefined;
  /** Peers whose figures the others are compared with. */
  readonly references: readonly string[];
  /** Where the results go as JSON. */
  readonly out: string | undefined;
  /** Folder for a CPU profile of this relay. */
  readonly cpuProfileDir: string | undefined;
}

export const usage = `npm run bench -- [--quick] [--peers a,b] [--only ${measureNames.join('|')}[,…]]
  [--sizes 64B,200B,4KiB,64KiB] [--pairs 1,10,100] [--idle 1000,5000,9000] [--rounds 3]
  [--payload ${payloadStyles.join('|')}] [--measure-ms 1500] [--reference afternoon,nats-websocket]
  [--out FILE.json] [--cpu-profile DIR]`;

/** A flag that cannot be understood, in one sentence. */
export class BenchUsageError extends Error {
  override readonly name = 'BenchUsageError';
}

const fullPlan: Plan = {
  sizesBytes: [64, 200, 4096, 65_536],
  pairs: [1, 10, 100],
  payloadStyle: 'records',
  idleConnections: [1000, 5000, 9000],
  rounds: 3,
  measureMs: 1500,
  // Long enough to hold a whole heartbeat of every server.
  watchMs: 20_000,
};

/** The two relays, in a minute and a half. */
const quickPlan: Plan = {
  ...fullPlan,
  sizesBytes: [200, 4096],
  pairs: [10],
  idleConnections: [1000],
  measureMs: 1000,
  watchMs: 2000,
};

function parseList<Value>(
  flag: string,
  text: string | undefined,
  read: (item: string) => Value | undefined,
): Value[] | undefined {
  return text?.split(',').map((item) => {
    const value = read(item.trim());
    if (value === undefined) throw new BenchUsageError(`--${flag} ${text}: "${item}" is not understood`);
    return value;
  });
}

function readCount(text: string): number | undefined {
  return /^[1-9]\d{0,6}$/.test(text) ? Number(text) : undefined;
}

function readOneOf<Name extends string>(names: readonly Name[]): (text: string) => Name | undefined {
  return (text) => names.find((name) => name === text);
}

/** Idle connections count in the quick run once, and not the memory of big ones. */
const quickMeasures: readonly MeasureName[] = ['throughput', 'latency', 'idle'];
const quickPeers = ['this', 'afternoon'];

/** Throws `BenchUsageError`. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const text = { type: 'string' } as const;
  const names = { peers: text, only: text, sizes: text, pairs: text, idle: text, rounds: text, payload: text };
  const more = { 'measure-ms': text, reference: text, out: text, 'cpu-profile': text };
  const { values } = parse({ args: [...args], options: { ...names, ...more, quick: { type: 'boolean' } } });
  const base = values.quick === true ? quickPlan : fullPlan;
  const count = (flag: string, value: string | undefined) => parseList(flag, value, readCount)?.[0];
  const readStyle = readOneOf<PayloadStyle>(payloadStyles);
  return {
    plan: {
      sizesBytes: parseList('sizes', values.sizes, parseSizeBytes) ?? base.sizesBytes,
      pairs: parseList('pairs', values.pairs, readCount) ?? base.pairs,
      payloadStyle: parseList('payload', values.payload, readStyle)?.[0] ?? base.payloadStyle,
      idleConnections: parseList('idle', values.idle, readCount) ?? base.idleConnections,
      rounds: count('rounds', values.rounds) ?? base.rounds,
      measureMs: count('measure-ms', values['measure-ms']) ?? base.measureMs,
      watchMs: base.watchMs,
    },
    measures:
      parseList('only', values.only, readOneOf(measureNames)) ?? (values.quick === true ? quickMeasures : measureNames),
    peers: values.peers?.split(',') ?? (values.quick === true ? quickPeers : undefined),
    references: values.reference?.split(',') ?? ['afternoon', 'nats-websocket'],
    out: values.out,
    cpuProfileDir: values['cpu-profile'],
  };
}

const parse: typeof parseArgs = (config) => {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new BenchUsageError(error instanceof Error ? error.message : String(error));
  }
};
