import { existsSync, readFileSync } from 'node:fs';

/** The result of a test inside the extension host. */
export interface TestResult {
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'skipped';
}

/** The results of the suite; empty if it did not finish. */
export function readResults(path: string): TestResult[] {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : [];
}
