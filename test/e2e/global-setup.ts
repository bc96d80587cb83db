import type {} from 'vitest';
import type { TestProject } from 'vitest/node';
import { type Editor, startEditor } from './editor.ts';

declare module 'vitest' {
  interface ProvidedContext {
    editor: Editor;
  }
}

/** One editor for all test files. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const { output: _, stop, ...editor } = await startEditor();
  provide('editor', editor);
  return stop;
}
