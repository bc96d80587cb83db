import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Folder of other people's images and fixtures, which are not part of the project; see docs/testing.md. */
export const testData = resolve(process.env.ESRGAN_TEST_DATA ?? '../shared/data');

export const hasTestData = existsSync(testData);

/** The title of a test that reads the test data, with the reason where the test is skipped. */
export const needsTestData = (title: string): string =>
  hasTestData ? title : `${title} (skipped: no test data)`;
