import { defineConfig } from 'vitest/config';

// The suffix of a test tells its cost: `.test` takes milliseconds, `.int.test` boots the local AWS,
// `.sim.test` plays histories for minutes.
export default defineConfig({
  test: {
    // Two at a time on two cores: by default the second one would idle.
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          // Pure tests share what they import: importing it anew for each file took half the time.
          isolate: false,
          // A machine that is busy with something else is no failure.
          testTimeout: 30_000,
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.int.test.ts', 'test/**/*.sim.test.ts'],
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/**/*.int.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'simulation',
          include: ['test/**/*.sim.test.ts'],
          testTimeout: 120_000,
        },
      },
    ],
  },
});
