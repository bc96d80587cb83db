import { expect, test } from 'vitest';
import { preparationArguments } from '../../../../server/preparation/preparation-job.ts';
import type { PreparationTask } from '../../../../server/protocol/preparation.ts';

const report = '/r.html';

test.each<[string, PreparationTask]>([
  [
    'data check /w/a.esrgan.yaml --dataset photos --report /r.html --json',
    { work: 'check', images: '/w/a.esrgan.yaml', dataset: 'photos', report },
  ],
  ['data check /w/hr --report /r.html --json', { work: 'check', images: '/w/hr', dataset: null, report }],
  [
    'data select /w/hr /w/out --report /r.html --json',
    { work: 'select', images: '/w/hr', out: '/w/out', report },
  ],
  [
    'data tiles /w/hr /w/out --size 480 --step 240 --report /r.html --json',
    { work: 'tiles', images: '/w/hr', out: '/w/out', size: 480, step: 240, report },
  ],
  [
    'data downscale /w/hr /w/lr --scale 4 --report /r.html --json',
    { work: 'downscale', images: '/w/hr', out: '/w/lr', scale: 4, report },
  ],
])('esrgan %s', (expected, task) => {
  expect(preparationArguments(task).join(' ')).toBe(expected);
});
