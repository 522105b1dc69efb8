import { runGenerator } from '../run-generator.ts';
import type { Measure } from './measure.ts';

/** What a server loads with its first clients is no cost of a connection. */
const baselineConnections = 100;
/** Each round takes half a minute. */
const roundsMax = 2;

export const idle: Measure = {
  title: 'Idle connections',
  about:
    'Growth of resident memory by so many authenticated connections, beyond the first 100, when the server has come to rest; ' +
    'then its CPU time while nothing happens.',
  columns: [
    { key: 'kibibytesPerConnection', title: 'KiB a connection', digits: 1, hasRatio: true },
    { key: 'cpuPercent', title: 'CPU %', digits: 2 },
    { key: 'loginsPerSecond', title: 'logins/s meanwhile', digits: 0 },
  ],
  needsFreshServer: true,
  rounds: (plan) => Math.min(plan.rounds, roundsMax),
  cases: (plan) =>
    plan.idleConnections.map((connections) => ({
      label: `${connections.toLocaleString('en')} idle`,
      async measure(server) {
        const job = { kind: 'idle', baselineConnections, connections, watchMs: plan.watchMs } as const;
        const result = await runGenerator(server, job);
        return {
          kibibytesPerConnection: result.rssGrowthBytes / connections / 1024,
          cpuPercent: (result.watchedCpuNs / 1e6 / result.watchedMs) * 100,
          loginsPerSecond: (connections / result.loginMs) * 1000,
        };
      },
    })),
};
