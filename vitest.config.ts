import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.ts', 'test/webview/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // TensorFlow.js publishes its ES modules with extension-less imports, which only a bundler resolves.
    server: { deps: { inline: [/@tensorflow\//] } },
  },
});
