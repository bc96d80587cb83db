import { compareConfigs, diffConfigs } from '../../trainer/config/diff.ts';
import { comparedSettings } from '../../trainer/evaluate/results/comparability.ts';
import type { ConfigDifference } from '../protocol/comparison.ts';
import type { OpenedRun } from './compared-run.ts';

/** All keys of the runs' files, with those marked that they disagree on; runs without a run file disagree on none. */
export function configDifference(
  runs: readonly Pick<OpenedRun, 'config' | 'configFile'>[],
): ConfigDifference {
  const configs = runs.map(({ config }) => (config === undefined ? {} : comparedSettings(config)));
  const known = configs.filter((_, index) => runs[index]?.config !== undefined);
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
