// A reporter of vitest: writes the errors that belong to no test, a line each, to the file that ESRGAN_UNHANDLED_ERRORS
// names. They fail a run, and vitest's JSON says nothing of them.
import { writeFileSync } from 'node:fs';

export default class UnhandledErrorsReporter {
  onTestRunEnd(_modules, errors) {
    const lines = errors.map(({ name, message }) => `${name}: ${message}`.split('\n', 1)[0]);
    writeFileSync(process.env.ESRGAN_UNHANDLED_ERRORS, JSON.stringify(lines));
  }
}
