import { keysOfStage, type Stage, stages } from '../run-state/run-state.ts';
import { type Difference, diffConfigs } from './diff.ts';
import type { ResolvedConfig } from './resolved.ts';

/** A key of a run file, with the value that a stage was trained with and another one; undefined: it is not set. */
export interface ConfigChange {
  /** As in `Difference`. */
  readonly key: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** Keys that do not change what a stage learns: places, speed, and what is saved or measured how often. */
const withoutEffect = [
  'name',
  'runs_dir',
  'data_dir',
  'engine',
  'workers',
  'cache_mb',
  'log_every_steps',
  'samples',
  'checkpoints',
  'validation.every_steps',
];

/** The changes that have an effect on a stage, between the config that it was trained with and another one. */
export function stageChanges(stage: Stage, trained: ResolvedConfig, config: ResolvedConfig): ConfigChange[] {
  const without = [
    ...withoutEffect,
    ...stages.filter((each) => each !== stage).flatMap((each) => keysOfStage[each]),
  ];
  const used = [trained, config].flatMap(({ [stage]: { train_datasets, val_datasets } }) => [
    ...train_datasets,
    ...val_datasets,
  ]);
  const unused = [trained, config]
    .flatMap(({ datasets }) => Object.keys(datasets))
    .filter((name) => !used.includes(name));
  return diffConfigs([withoutDatasets(trained, unused), withoutDatasets(config, unused)])
    .filter(({ key }) => !without.some((each) => key === each || key.startsWith(`${each}.`)))
    .map(changeOf);
}

function withoutDatasets(config: ResolvedConfig, names: readonly string[]): ResolvedConfig {
  const datasets = Object.entries(config.datasets).filter(([name]) => !names.includes(name));
  return { ...config, datasets: Object.fromEntries(datasets) };
}

function changeOf({ key, values: [from, to] }: Difference): ConfigChange {
  return { key, from, to };
}

/** `pretraining.lr: 0.001 → 0.0005` */
export function describeChange({ key, from, to }: ConfigChange): string {
  return `${key}: ${shown(from)} → ${shown(to)}`;
}

const longest = 60;

function shown(value: unknown): string {
  if (value === undefined) return 'not set';
  const text = typeof value === 'string' ? value : JSON.stringify(value).replaceAll(',', ', ');
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}
