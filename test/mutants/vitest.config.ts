import { defineConfig } from 'vitest/config';

// What a mutant is judged by: the tests that name a case. Those that play many random ones take
// seconds for each mutant, and would kill one today that they let live tomorrow.
export default defineConfig({
  test: {
    isolate: false,
    // A machine that is busy with something else is no failure.
    testTimeout: 30_000,
    include: [
      'test/{consent,dialects,lifecycle,effects}/**/*.test.ts',
      // What the history has to say is asked by those that read it.
      'test/tools/ops/{history,replaying}.test.ts',
    ],
    exclude: [
      'test/**/*.int.test.ts',
      'test/consent/{any-*,properties,late-news}.test.ts',
      'test/dialects/hostile-answers.test.ts',
      'test/lifecycle/{exhaustive,two-workers,crash}.test.ts',
    ],
  },
});
