/** Runs a measure over its peers, in turns, so that a slow minute of the machine hits all of them. */
import type { Figures, Measure, MeasureCase, Plan } from './measures/measure.ts';
import type { Peer, RunningPeer } from './peers/peer.ts';
import type { Row } from './results.ts';
import { median } from './statistics.ts';

/** Starts servers once and keeps them for all measures that do not need fresh ones. One that ended is started again. */
export class SharedServers implements AsyncDisposable {
  readonly #running = new Map<string, RunningPeer>();

  async get(peer: Peer): Promise<RunningPeer> {
    const found = this.#running.get(peer.name);
    if (found?.isAlive() === true) return found;
    const started = await peer.start();
    this.#running.set(peer.name, started);
    return started;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running.values()].map((server) => server[Symbol.asyncDispose]()));
    this.#running.clear();
  }
}

export interface MeasureRun {
  readonly measure: Measure;
  readonly plan: Plan;
  readonly peers: readonly Peer[];
  readonly servers: SharedServers;
  /** Hears of each run as it ends. */
  readonly onProgress: (line: string) => void;
}

function mediansOf(rounds: readonly Figures[]): Figures {
  const keys = Object.keys(rounds[0] ?? {});
  return Object.fromEntries(keys.map((key) => [key, median(rounds.map((figures) => figures[key] ?? Number.NaN))]));
}

async function measureOnce(run: MeasureRun, measureCase: MeasureCase, peer: Peer): Promise<Figures> {
  if (!run.measure.needsFreshServer) return await measureCase.measure(await run.servers.get(peer));
  await using server = await peer.start();
  return await measureCase.measure(server);
}

async function runCase(run: MeasureRun, measureCase: MeasureCase): Promise<readonly Row[]> {
  const { measure, plan, peers, onProgress } = run;
  const rounds = measure.rounds?.(plan) ?? plan.rounds;
  const found = peers.map((peer) => ({ peer, figures: [] as Figures[], problem: '' }));
  for (let round = 1; round <= rounds; round++) {
    for (const entry of found) {
      const where = `${measure.title}, ${measureCase.label}, round ${round} of ${rounds}, ${entry.peer.name}`;
      try {
        const figures = await measureOnce(run, measureCase, entry.peer);
        entry.figures.push(figures);
        onProgress(`${where}: ${describe(measure, figures)}`);
      } catch (error) {
        entry.problem = error instanceof Error ? error.message : String(error);
        onProgress(`${where}: ${entry.problem}`);
      }
    }
  }
  return found.map(({ peer, figures, problem }) => ({
    case: measureCase.label,
    peer: peer.name,
    median: mediansOf(figures),
    rounds: figures,
    ...(problem === '' ? {} : { problem }),
  }));
}

function describe(measure: Measure, figures: Figures): string {
  return measure.columns
    .map(({ key, title, digits }) => `${(figures[key] ?? Number.NaN).toFixed(digits)} ${title}`)
    .join(', ');
}

export async function runMeasure(run: MeasureRun): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const measureCase of run.measure.cases(run.plan)) rows.push(...(await runCase(run, measureCase)));
  return rows;
}
