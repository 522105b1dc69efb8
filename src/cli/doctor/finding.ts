import type { ExitCode } from '../exit-codes.ts';
import { type Output, paint } from '../output.ts';

/** What one check came to. */
export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  /** What is so, with its values. */
  readonly detail: string;
  /** What to do about it. */
  readonly advice?: string;
  readonly durationMs?: number;
  /** How the command ends because of it; set where it is not ok. */
  readonly exitCode?: ExitCode;
}

/** Columns of the names of the checks. */
const checkWidth = 11;

export async function tellFinding({ check, ok, detail, advice, durationMs }: Finding, output: Output): Promise<void> {
  const mark = ok ? paint('green', 'ok  ') : paint('red', 'FAIL');
  const took = durationMs === undefined ? '' : ` (${formatMs(durationMs)})`;
  await output.line(`${mark}  ${check.padEnd(checkWidth)} ${detail}${took}`);
  if (advice !== undefined) await output.line(`${' '.repeat(checkWidth + 7)}${paint('bold', '→')} ${advice}`);
}

export function recordOfFinding({ check, ok, detail, advice, durationMs }: Finding): object {
  return {
    check,
    ok,
    detail,
    ...(advice === undefined ? {} : { advice }),
    ...(durationMs === undefined ? {} : { ms: Math.round(durationMs * 10) / 10 }),
  };
}

function formatMs(durationMs: number): string {
  return `${durationMs < 10 ? durationMs.toFixed(1) : Math.round(durationMs)} ms`;
}
