import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'all', include: ['test/**/*.test.ts', 'test/**/*.test.tsx'], exclude: ['test/bench/**'] },
      },
      {
        // The contract holds without the fast lane as well, and so does what is promised where messages pass.
        extends: true,
        test: {
          name: 'slow lane',
          include: [
            'test/e2e/contract/*.test.ts',
            'test/faults/{broken-drain,full-queue,fuzz,half-open,isolation,killed-relay-receipts}.test.ts',
            'test/faults/{memory-bounds,reconnect-storm,revoking,shutdown,slow-fsync,soak,takeover-races}.test.ts',
          ],
          env: { TEST_FAST_LANE: 'off', FUZZ_SECONDS: process.env.FUZZ_SECONDS ?? '10' },
        },
      },
    ],
    reporters: ['default', './test/closing-line-reporter.ts'],
    // Most of what a test starts is the same program: it is compiled once.
    env: { NODE_COMPILE_CACHE: 'node_modules/.cache/compile' },
    // For a machine with other work: what waits for an event ends when it comes.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
