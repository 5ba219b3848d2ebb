import { defineConfig } from 'vitest/config';

// What a mutant is judged by: the tests that name a case. Those that play many random ones take
// seconds for each mutant, and would kill one today that they let live tomorrow.
export default defineConfig({
  test: {
    isolate: false,
    include: ['test/{consent,dialects,lifecycle,effects}/**/*.test.ts'],
    exclude: [
      'test/**/*.int.test.ts',
      'test/consent/{any-*,properties,late-news,retention}.test.ts',
      'test/dialects/hostile-answers.test.ts',
      'test/lifecycle/{exhaustive,two-workers,crash}.test.ts',
    ],
  },
});
