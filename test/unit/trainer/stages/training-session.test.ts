import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRunDirectory } from '../../../../trainer/runs/run-directory.ts';
import { openTrainingSession } from '../../../../trainer/stages/training-session.ts';
import { temporaryFolder } from '../runs/temporary-run.ts';

test('an entry of the log cannot control a terminal or look like another entry', () => {
  const paths = createRunDirectory(join(temporaryFolder(), 'run'));
  const none = { rate: null, etaSeconds: null, loss: null, psnr: null, message: null };
  const counts = { epoch: 0, epochs: 0, step: 0, steps: 0 };
  const session = openTrainingSession(paths, { state: 'starting', stage: 'training', ...counts, ...none });
  session.log('Skipped a\u001b[2J.png\n2030-01-01T00:00:00.000Z Finished.');
  session.log('Next.');
  session.close({ state: 'stopped' });
  const lines = readFileSync(paths.log, 'utf8').replaceAll(/^\S+Z/gm, 'TIME').split('\n');
  expect(lines).toEqual([
    'TIME Skipped a\\u001b[2J.png',
    '  2030-01-01T00:00:00.000Z Finished.',
    'TIME Next.',
    '',
  ]);
});
