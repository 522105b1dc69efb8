import { expect, it } from 'vitest';
import { runHistory } from './history.ts';

const histories = Number(process.env.SIMULATION_HISTORIES ?? 10_000);
const firstSeed = Number(process.env.SIMULATION_SEED ?? Math.floor(Math.random() * 2 ** 31));
const stepsOfHistory = 50;

it(`keeps its promises through ${histories} histories (SIMULATION_SEED=${firstSeed})`, {
  timeout: 600_000,
}, async () => {
  const outcomes = new Map<string, number>();
  for (let seed = firstSeed; seed < firstSeed + histories; seed++) {
    const world = await runHistory(seed, stepsOfHistory).catch((error: Error) => {
      throw new Error(`SIMULATION_SEED=${seed} SIMULATION_HISTORIES=1: ${error.message}`, { cause: error });
    });
    for (const [outcome, count] of world.ledger.outcomes) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + count);
  }
  // A simulation in which something never happens says nothing about it.
  const expected = [
    'delivered',
    'queued',
    'expired',
    'cancelled',
    'unconfirmed',
    'queue_full',
    'target_offline',
    'store_unavailable',
  ];
  if (histories >= 1000) for (const outcome of expected) expect(outcomes.get(outcome) ?? 0, outcome).toBeGreaterThan(0);
});
