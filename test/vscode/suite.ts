import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'node:util';
import type { TestResult } from './results.ts';

/** The files of tests, which lie beside this one once bundled. */
export const files = ['activation.test.cjs', 'language.test.cjs', 'runs.test.cjs'];

/**
 * What an extension host calls with `extensionTestsPath`. The report of Mocha goes to the file ESRGAN_TEST_LOG and the
 * results to ESRGAN_TEST_RESULTS, because what an extension host prints ends in its window.
 *
 * @throws when a test fails
 */
export async function run(): Promise<void> {
  const { ESRGAN_TEST_LOG: log, ESRGAN_TEST_RESULTS: results, ESRGAN_TEST_GREP: grep } = process.env;
  const { default: Mocha } = await import('mocha');
  if (log) {
    Mocha.reporters.Base.consoleLog = (...args: unknown[]) => appendFileSync(log, `${format(...args)}\n`);
  }
  const mocha = new Mocha({ ui: 'bdd', timeout: 20_000, ...(grep ? { grep } : {}) });
  for (const file of files) mocha.addFile(join(__dirname, file));
  const tests: TestResult[] = [];
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.on('pass', (test) => tests.push({ title: test.fullTitle(), state: 'passed' }));
    runner.on('fail', (test) => tests.push({ title: test.fullTitle(), state: 'failed' }));
    runner.on('pending', (test) => tests.push({ title: test.fullTitle(), state: 'skipped' }));
  });
  if (results) writeFileSync(results, JSON.stringify(tests));
  if (failures > 0) throw new Error(`${failures} tests failed.`);
}
