import { expect, test } from 'vitest';
import { evaluationJob } from '../../../../../media/compare/jobs/jobs.ts';
import type { Job } from '../../../../../server/protocol/jobs.ts';

const model = { run: '/r', checkpoint: '/r/c', interpolatedWith: null };

/** The jobs in the order in which they were started, in short: `1 running /set5 rgb`. */
function found(...jobs: readonly string[]): string | undefined {
  const all = jobs.map((text): [string, Job] => {
    const [job = '', state, testSet = '', protocol = '', alpha] = text.split(' ');
    const states = ['waiting', 'running', 'finished', 'failed', 'cancelled'] as const;
    return [
      job,
      {
        job,
        state: states.find((each) => each === state) ?? 'waiting',
        task: {
          kind: 'evaluation',
          model: { ...model, interpolatedWith: alpha ? { checkpoint: '/r/d', alpha: Number(alpha) } : null },
          testSet,
          protocols: [protocol],
        },
        detail: '',
        done: 0,
        total: null,
        rate: null,
        etaSeconds: null,
        message: null,
      },
    ];
  });
  return evaluationJob(new Map(all), model, '/set5', 'rgb')?.job;
}

test.each([
  [[], undefined],
  [['1 running /set5 rgb'], '1'],
  [['1 running /set14 rgb', '2 running /set5 seed', '3 running /set5 rgb 0.5'], undefined],
  [['1 failed /set5 rgb', '2 waiting /set5 rgb'], '2'],
  [['1 failed /set5 rgb'], '1'],
  [['1 failed /set5 rgb', '2 cancelled /set5 rgb'], undefined],
  [['1 failed /set5 rgb', '2 finished /set5 rgb'], undefined],
])('%j: %s', (jobs, expected) => expect(found(...jobs)).toBe(expected));
