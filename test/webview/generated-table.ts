import type { TableRow } from '../../server/protocol/run-table.ts';
import { buildTable, type EqualKey, equalKeys, type RunFacts } from '../../trainer/run-table/build-table.ts';
import type { Column } from '../../trainer/run-table/table.ts';

const types = ['rrdb', 'compact', 'span', 'realplksr'] as const;
const states = ['finished', 'finished', 'finished', 'stopped', 'failed'] as const;

/** A table of many runs whose values follow from their number: run `i` of the type `i % 4` has a PSNR of 25 + i / 1000 dB. */
export function generatedTable(count: number): {
  readonly columns: readonly Column[];
  readonly equal: readonly EqualKey[];
  readonly rows: readonly TableRow[];
} {
  // Equal parts are one object, as the reader of run files gives them.
  const networks = types.map((type) => new Map<string, unknown>([['generator.type', type]]));
  const rates = [1e-4, 2e-4, 1e-3].map(
    (lr, index) =>
      new Map<string, unknown>([
        ['pretraining.lr', lr],
        ['pretraining.losses', `loss-${index}`],
      ]),
  );
  const same = new Map<string, unknown>([['scale_factor', 4]]);
  const runs = Array.from({ length: count }, (_, i): RunFacts => {
    const at = <T>(list: readonly [T, ...T[]] | readonly T[], by = 1): T => {
      const value = list[Math.floor(i / by) % list.length];
      if (value === undefined) throw new Error('an empty list');
      return value;
    };
    return {
      run: `/w/runs/run-${i}`,
      facts: {
        name: `run-${i}`,
        state: at(states),
        stage: 'pretraining',
        progress: 1 - (i % 10) / 20,
        step: 1000 - (i % 10) * 50,
        steps: 1000,
        loss: 0.01 + (i % 7) / 1000,
        rate: null,
        created: Date.UTC(2030, 0, 1) + i * 60_000,
        updated: Date.UTC(2030, 0, 2) + i * 60_000,
        trained: 600 + i,
        tags: i % 5 === 0 ? ['paper'] : [],
        group: i % 3 === 0 ? 'sweep' : null,
        note: i === 1 ? 'The first with a higher rate.' : null,
        pinned: i === 7,
        archived: i % 50 === 49,
        host: 'lab',
        engine: 'webgpu',
        device: 'GPU',
        commit: '0123456789',
        version: '0.1.0',
        reason: null,
        folder: '/w/runs',
      },
      metrics: { psnr: 25 + i / 1000, 'best.psnr': 25.5 + i / 1000, ssim: 0.7 + (i % 100) / 1000 },
      results: [],
      config: [same, at(networks), at(rates, 4)],
      stages: ['pretraining'],
    };
  });
  const table = buildTable(runs);
  return {
    columns: table.columns,
    equal: equalKeys(runs, table),
    rows: table.rows.map((row, i) => ({ ...row, color: i % 8, hasRunFile: true })),
  };
}
