import { type Command, InvalidArgumentError } from 'commander';
import type { Engine } from '../engine/engine.ts';
import { openEngine, parseEngine } from '../engine/engines.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { vggDistance } from '../measures/feature-distance.ts';
import { type Measure, pixelMeasures } from '../measures/measure.ts';
import { perceptualMeasure } from '../measures/perceptual.ts';
import { isPerceptualMetric, type PerceptualMetric, perceptualMetricNames } from '../metrics/metrics.ts';
import { isProtocolName, type ProtocolName, protocolNames } from '../metrics/protocols.ts';
import { vggConvolutions } from '../models/vgg/shapes.ts';
import { recognizeVgg } from '../weights/vgg-file.ts';

/** Options that select measures. */
export interface MeasureFlags {
  readonly protocol: ProtocolName[];
  readonly metrics: PerceptualMetric[];
  readonly vgg?: string;
  readonly vggLayers: string[];
  readonly engine: string;
}

/** Adds the options that select measures. */
export function withMeasureOptions(command: Command): Command {
  return command
    .option(
      '--protocol <names>',
      `protocols of PSNR and SSIM, separated by commas: ${protocolNames.join(', ')}`,
      parseProtocols,
      ['paper-y', 'rgb'],
    )
    .option(
      '--metrics <names>',
      `also measure these, separated by commas: ${perceptualMetricNames.join(', ')}; \`esrgan weights download\` gets their weights`,
      parseMetrics,
      [],
    )
    .option('--vgg <file>', "also measure the perceptual distance, with these weights of torchvision's VGG")
    .option('--vgg-layers <names>', 'layers of the perceptual distance', parseNames, ['conv5_4']);
}

/**
 * Creates the selected measures for `use`, and closes them afterwards.
 *
 * @throws WorkbenchError `data` if a file of weights is missing or not valid, `usage` for a layer that the model does not have
 */
export async function withMeasures<T>(
  flags: MeasureFlags,
  use: (measures: readonly Measure[]) => Promise<T>,
): Promise<T> {
  const measures = [...pixelMeasures(flags.protocol), ...otherMeasures(flags)];
  try {
    return await use(measures);
  } finally {
    for (const measure of measures) await measure.close();
  }
}

function otherMeasures({ metrics, vgg, vggLayers, engine }: MeasureFlags): Measure[] {
  const open = () => openEngine(parseEngine(engine));
  return [
    ...metrics.map((metric) => perceptualMeasure(metric, open)),
    ...(vgg === undefined ? [] : [perceptual(open, vgg, vggLayers)]),
  ];
}

function perceptual(open: () => Promise<Engine>, vgg: string, vggLayers: readonly string[]): Measure {
  const type = recognizeVgg(vgg);
  const known = vggConvolutions(type).map(({ layer }) => layer);
  const unknown = vggLayers.find((layer) => !known.includes(layer));
  if (unknown !== undefined) {
    throw new WorkbenchError(
      'usage',
      `${vgg} contains ${type}, which has no layer ${unknown}. Use these with --vgg-layers: ${known.join(', ')}.`,
    );
  }
  return vggDistance(open, vgg, type, vggLayers);
}

function parseProtocols(text: string): ProtocolName[] {
  return parseNames(text).map((name) => {
    if (isProtocolName(name)) return name;
    throw new InvalidArgumentError(`${name} is not one of ${protocolNames.join(', ')}.`);
  });
}

function parseMetrics(text: string): PerceptualMetric[] {
  return [...new Set(parseNames(text))].map((name) => {
    if (isPerceptualMetric(name)) return name;
    throw new InvalidArgumentError(
      `${name} is not one of ${perceptualMetricNames.join(', ')}. PSNR and SSIM are always measured, under the protocols of --protocol.`,
    );
  });
}

function parseNames(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}
