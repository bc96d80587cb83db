import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/ncnn/**/*.test.ts'],
    testTimeout: 120_000,
    server: { deps: { inline: [/@tensorflow\//] } },
  },
});
