import { expect, test } from 'vitest';
import { stepProfile } from '../../../../trainer/engine/profile.ts';

const run = (ts: number) => ({ cat: 'Session', name: 'model_run', ts, dur: 900, args: {} });
const call = (ts: number, op_name: string, dur: number, ...shapes: number[][]) => ({
  cat: 'Node',
  name: `${op_name}_0_kernel_time`,
  ts,
  dur,
  args: { op_name, input_type_shape: shapes.map((float) => ({ float })) },
});

/** Three runs, of which the first is the warm-up. Sessions write the run after its operations. */
const program = [
  { cat: 'Session', name: 'session_initialization', ts: 0, dur: 99, args: {} },
  call(1001, 'Conv', 70_000, [1, 3], [4, 3]),
  run(1000),
  call(2001, 'Conv', 3000, [1, 3], [4, 3]),
  call(2004, 'Conv', 1000, [1, 4], [4, 4]),
  call(2005, 'Add', 500, [1, 4], []),
  run(2000),
  call(3001, 'Conv', 5000, [1, 3], [4, 3]),
  call(3004, 'Conv', 1000, [1, 4], [4, 4]),
  call(3005, 'Add', 1500, [1, 4], []),
  run(3000),
];

test.each([
  ['no program', [], 1, { steps: 0, byOperation: [], byShapes: [] }],
  ['only the warm-up', [program.slice(0, 3)], 1, { steps: 0, byOperation: [], byShapes: [] }],
  [
    'the runs after the warm-up',
    [program],
    1,
    {
      steps: 2,
      byOperation: [
        { operation: 'Conv', shapes: '', calls: 2, milliseconds: 5 },
        { operation: 'Add', shapes: '', calls: 1, milliseconds: 1 },
      ],
      byShapes: [
        { operation: 'Conv', shapes: '1×3, 4×3', calls: 1, milliseconds: 4 },
        { operation: 'Conv', shapes: '1×4, 4×4', calls: 1, milliseconds: 1 },
        { operation: 'Add', shapes: '1×4, 1', calls: 1, milliseconds: 1 },
      ],
    },
  ],
  [
    'two programs of a step',
    [program, [run(1000), run(2000), call(2001, 'Add', 4000, [2]), run(3000)]],
    1,
    {
      steps: 2,
      byOperation: [
        { operation: 'Conv', shapes: '', calls: 2, milliseconds: 5 },
        { operation: 'Add', shapes: '', calls: 1.5, milliseconds: 3 },
      ],
    },
  ],
])('%s: the time of a step by operation', (_, profiles, warmUp, expected) => {
  expect(stepProfile(profiles, warmUp)).toMatchObject(expected);
});

test.each([[[{ name: 'Conv' }]], [{}]])('%j is not a profile', (profile) => {
  expect(() => stepProfile([profile], 0)).toThrow('another form');
});
