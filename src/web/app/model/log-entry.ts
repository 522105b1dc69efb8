/** A message of this session: one that came, or one that was sent and what became of it. */
export interface LogEntry {
  readonly number: number;
  readonly timeMs: number;
  readonly direction: 'in' | 'out';
  /** The other side. */
  readonly peer: string;
  /** The payload as it travelled, every digit of it. */
  readonly text: string;
  /** Of one that was sent. */
  readonly messageId?: string;
  readonly outcome?: string;
}

/** Older ones are forgotten. */
export const logLengthMax = 500;

const finalOutcomes = ['delivered', 'expired', 'cancelled', 'refused', 'unconfirmed', 'unknown', 'replied'];

/** Whether a message that was sent still waits for its last word. */
export function isOpen({ direction, outcome }: LogEntry): boolean {
  return direction === 'out' && outcome !== undefined && !finalOutcomes.some((final) => outcome.startsWith(final));
}
