import { existsSync } from 'node:fs';
import { defaultWeightsFile, metricWeights, type WeightsName } from '../config/index.ts';
import type { Engine } from '../engine/engine.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { metrics, type PerceptualMetric } from '../metrics/metrics.ts';
import { distsDistance, lpipsDistance } from './feature-distance.ts';
import type { Measure } from './measure.ts';
import { niqeMeasure } from './niqe-measure.ts';

/**
 * A perceptual metric as a measure, with the weights that `esrgan weights download` saved.
 *
 * @param openEngine is called for the first image that needs it
 * @throws WorkbenchError `data` if weights are missing, with how to get them, or are not those of the metric
 */
export function perceptualMeasure(metric: PerceptualMetric, openEngine: () => Promise<Engine>): Measure {
  for (const name of metricWeights[metric]) assertDownloaded(metric, name);
  const vgg16 = defaultWeightsFile('vgg16');
  switch (metric) {
    case 'lpips':
      return lpipsDistance(openEngine, defaultWeightsFile('lpips'), vgg16);
    case 'dists':
      return distsDistance(openEngine, defaultWeightsFile('dists'), vgg16);
    case 'niqe':
      return niqeMeasure(defaultWeightsFile('niqe'));
  }
}

function assertDownloaded(metric: PerceptualMetric, name: WeightsName): void {
  const path = defaultWeightsFile(name);
  if (existsSync(path)) return;
  throw new WorkbenchError(
    'data',
    `${metrics[metric].title} needs the weights of ${name}, but ${path} does not exist. Run \`esrgan weights download ${name}\` to download them.`,
  );
}
