import { compareConfigs, diffConfigs } from '../../trainer/config/diff.ts';
import { comparedSettings } from '../../trainer/evaluate/results/comparability.ts';
import type { ConfigDifference } from '../protocol/comparison.ts';
import type { OpenedRun } from './compared-run.ts';

/** The keys of the runs' files that have affected training, with those marked that they disagree on; runs without a run file disagree on none. */
export function configDifference(
  runs: readonly Pick<OpenedRun, 'config' | 'configFile' | 'manifest'>[],
): ConfigDifference {
  const known = comparedSettings(
    runs.flatMap(({ config, manifest }) => (config === undefined ? [] : [{ config, manifest }])),
  );
  const rest = [...known];
  const configs = runs.map(({ config }) => (config === undefined ? {} : (rest.shift() ?? {})));
  const differing = new Set(diffConfigs(known).map(({ key }) => key));
  return {
    files: runs.map(({ configFile }) => configFile ?? null),
    keys: compareConfigs(configs).map(({ key, values }) => ({
      key,
      differs: differing.has(key),
      values: values.map((value) => (value === undefined ? null : { value })),
    })),
  };
}
