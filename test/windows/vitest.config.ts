import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/windows/**/*.test.ts'],
    // Each file trains; together they would only be slower.
    fileParallelism: false,
    // 2,000 steps beside a scanner, on a machine that has more to do.
    testTimeout: 1_800_000,
    hookTimeout: 600_000,
  },
});
