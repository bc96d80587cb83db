import { expect, test } from 'vitest';
import { comparisonReport } from '../../../../client/language-model-tools/comparison-report.ts';
import type { Comparison, ConfigDifference } from '../../../../server/protocol/comparison.ts';

test('numbers have protocol and group, settings are keyed by run', () => {
  const common = { range: null, images: 5, file: null, group: 0 };
  const comparison: Comparison = {
    runs: [
      { run: '/a', name: 'a', color: 0, kind: 'esrgan', scale: 4 },
      { run: '/b', name: 'b', color: 1, kind: 'esrgan', scale: 4 },
    ],
    columns: [
      {
        id: 'c',
        kind: 'evaluation',
        data: 'set5',
        protocol: 'rgb',
        description: '',
        testSet: null,
        metrics: [],
        groups: [{ description: 'x4, 5 images' }],
        warning: null,
      },
    ],
    rows: [
      {
        id: '1',
        run: '/a',
        isReference: false,
        choice: 0,
        label: 'PSNR',
        checkpoints: [],
        model: null,
        cells: [
          {
            state: 'computed',
            result: { ...common, values: { psnr: 30 }, delta: {}, best: ['psnr'], belowBicubic: [] },
          },
        ],
      },
      {
        id: '2',
        run: '/b',
        isReference: false,
        choice: 0,
        label: 'PSNR',
        checkpoints: [],
        model: null,
        cells: [
          {
            state: 'stale',
            reason: 'Measured with weights that are gone.',
            result: {
              ...common,
              values: { psnr: 29 },
              delta: { psnr: -1 },
              best: [],
              belowBicubic: ['psnr'],
            },
          },
        ],
      },
      {
        id: '3',
        run: '/b',
        isReference: false,
        choice: 1,
        label: 'ESRGAN',
        checkpoints: [],
        model: null,
        cells: [{ state: 'missing' }],
      },
    ],
    warnings: ['Other scales.'],
    published: [],
  };
  const config: ConfigDifference = {
    files: [null, null],
    keys: [
      { key: 'batch_size', differs: true, values: [{ value: 8 }, null] },
      { key: 'seed', differs: false, values: [{ value: 0 }, { value: 0 }] },
    ],
  };
  expect(comparisonReport(comparison, config)).toEqual({
    numbers: [
      {
        run: 'a',
        model: 'PSNR',
        data: 'set5',
        protocol: 'rgb',
        comparesWithin: 'x4, 5 images',
        psnr: 30,
        best: ['psnr'],
      },
      {
        run: 'b',
        model: 'PSNR',
        data: 'set5',
        protocol: 'rgb',
        comparesWithin: 'x4, 5 images',
        psnr: 29,
        beyondFirstRun: { psnr: -1 },
        belowBicubic: ['psnr'],
        outOfDate: 'Measured with weights that are gone.',
      },
    ],
    settingsThatDiffer: [{ key: 'batch_size', a: 8 }],
    warnings: ['Other scales.'],
  });
});
