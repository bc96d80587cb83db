import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/** Folder of other people's images and fixtures, which are not part of the project; see README, "Tests". */
export const testData = resolve(process.env.ESRGAN_TEST_DATA ?? '../shared/data');

/** Whether a test that needs a file of the test data can run; otherwise it says "skipped: no test data". */
export const hasTestData = existsSync(testData);
