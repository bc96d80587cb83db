import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { format } from 'node:util';
import { readResults, type TestResult } from './results.ts';

/**
 * Called by an extension host with `extensionTestsPath`: runs the tests that are bundled next to this file. Mocha's report
 * goes to the file ESRGAN_TEST_LOG, and the results are appended to ESRGAN_TEST_RESULTS, because the output of an
 * extension host goes to its window.
 *
 * @throws when a test fails
 */
export async function run(): Promise<void> {
  const { ESRGAN_TEST_LOG: log, ESRGAN_TEST_RESULTS: results, ESRGAN_TEST_GREP: grep } = process.env;
  const { default: Mocha } = await import('mocha');
  if (log) {
    Mocha.reporters.Base.consoleLog = (...args: unknown[]) => appendFileSync(log, `${format(...args)}\n`);
  }
  const mocha = new Mocha({ ui: 'bdd', timeout: 60_000, ...(grep ? { grep } : {}) });
  const files = readdirSync(__dirname).filter((name) => name.endsWith('.test.cjs'));
  for (const file of files.sort()) mocha.addFile(join(__dirname, file));
  const tests: TestResult[] = [];
  const add = (title: string, state: TestResult['state']) =>
    tests.push({ title: `${basename(__dirname)}: ${title}`, state });
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    runner.on('pass', (test) => add(test.fullTitle(), 'passed'));
    runner.on('fail', (test) => add(test.fullTitle(), 'failed'));
    runner.on('pending', (test) => add(test.fullTitle(), 'skipped'));
  });
  if (results) writeFileSync(results, JSON.stringify([...readResults(results), ...tests]));
  if (failures > 0) throw new Error(`${failures} tests failed.`);
}
