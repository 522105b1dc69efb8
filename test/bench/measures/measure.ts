/** What the bench measures: each measure has cases, and each case gives a row of figures for each peer. */
import type { PayloadStyle } from '../generator/payload.ts';
import type { RunningPeer } from '../peers/peer.ts';

export interface Column {
  /** Name of the figure in the results. */
  readonly key: string;
  readonly title: string;
  readonly digits: number;
  /** Whether the table says how many times the reference's figure it is. */
  readonly hasRatio?: boolean;
}

/** The figures of one run, or their medians, by the key of their column. */
export type Figures = Readonly<Record<string, number>>;

export interface MeasureCase {
  readonly label: string;
  measure(server: RunningPeer): Promise<Figures>;
}

/** What the person at the bench asked for. */
export interface Plan {
  readonly sizesBytes: readonly number[];
  readonly pairs: readonly number[];
  readonly payloadStyle: PayloadStyle;
  readonly idleConnections: readonly number[];
  readonly rounds: number;
  /** How long traffic is measured in one round, in milliseconds. */
  readonly measureMs: number;
  /** How long the CPU time of idle connections is watched, in milliseconds. */
  readonly watchMs: number;
}

export interface Measure {
  readonly title: string;
  /** One sentence on how it is measured. */
  readonly about: string;
  readonly columns: readonly Column[];
  /** Each run gets a server that has done nothing before, as memory is measured. */
  readonly needsFreshServer: boolean;
  /** The only peer that can be measured so, where there is one. */
  readonly onlyPeer?: string;
  /** Rounds, where the measure needs fewer than the plan has. */
  rounds?(plan: Plan): number;
  cases(plan: Plan): readonly MeasureCase[];
}
