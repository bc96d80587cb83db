import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    // Unit tests run without VS Code; of its API they have the localization of messages.
    alias: [{ find: /^vscode$/, replacement: join(import.meta.dirname, 'test/unit/client/vscode.ts') }],
  },
  test: {
    include: ['test/unit/**/*.test.ts', 'test/webview/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // TensorFlow.js publishes its ES modules with extension-less imports, which only a bundler resolves.
    server: { deps: { inline: [/@tensorflow\//] } },
  },
});
