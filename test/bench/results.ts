/** What a run of the bench found. */
import type { Figures } from './measures/measure.ts';

export interface Row {
  readonly case: string;
  readonly peer: string;
  /** Medians of the rounds. */
  readonly median: Figures;
  readonly rounds: readonly Figures[];
  /** Why there are no figures, or fewer rounds than were asked for. */
  readonly problem?: string;
}
