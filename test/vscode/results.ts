import { existsSync, readFileSync } from 'node:fs';

/** How a test inside the extension host ended. */
export interface TestResult {
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'skipped';
}

/** What the suite wrote; empty where it never came to its end. */
export function readResults(path: string): TestResult[] {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : [];
}
