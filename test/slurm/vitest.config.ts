import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/slurm/**/*.test.ts'],
    // A job waits for the controller, and for the death of a node to be noticed.
    testTimeout: 300_000,
    hookTimeout: 60_000,
  },
});
