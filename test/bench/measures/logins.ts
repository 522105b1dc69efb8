import { runGenerator } from '../run-generator.ts';
import type { Measure } from './measure.ts';

const loginCount = 3000;
const warmUpLogins = 500;

export const logins: Measure = {
  title: 'Logins',
  about: `${loginCount.toLocaleString('en')} connections from the first packet to the answer, 64 at a time, after ${warmUpLogins} to warm up.`,
  columns: [
    { key: 'loginsPerSecond', title: 'logins/s', digits: 0, hasRatio: true },
    { key: 'serverCpuUs', title: 'server CPU µs a login', digits: 0, hasRatio: true },
  ],
  needsFreshServer: false,
  cases: () => [
    {
      label: 'connect, upgrade, authenticate',
      async measure(server) {
        const job = { kind: 'idle', baselineConnections: warmUpLogins, connections: loginCount, watchMs: 0 } as const;
        const result = await runGenerator(server, job);
        return {
          loginsPerSecond: (loginCount / result.loginMs) * 1000,
          serverCpuUs: result.loginCpuNs / 1000 / loginCount,
        };
      },
    },
  ],
};
