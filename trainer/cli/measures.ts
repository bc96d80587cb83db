import { type Command, InvalidArgumentError } from 'commander';
import { openEngine } from '../engine/engines.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { vggDistance } from '../evaluate/feature-distance.ts';
import { type Measure, pixelMeasures } from '../evaluate/measure.ts';
import { isProtocolName, type ProtocolName, protocols } from '../metrics/protocols.ts';
import { vggConvolutions } from '../models/shapes/vgg.ts';
import { recogniseVgg } from '../weights/vgg-file.ts';
import { parseEngine } from './open-model.ts';

/** What a person says of how to measure. */
export interface MeasureFlags {
  readonly protocol: ProtocolName[];
  readonly vgg?: string;
  readonly vggLayers: string[];
  readonly engine: string;
}

/** Adds the options that say how to measure. */
export function withMeasureOptions(command: Command): Command {
  return command
    .option(
      '--protocol <names>',
      `of PSNR and SSIM, with commas between them: ${Object.keys(protocols).join(', ')}`,
      parseProtocols,
      ['paper-y', 'rgb'],
    )
    .option('--vgg <file>', "measure the perceptual distance, too, with these weights of torchvision's VGG")
    .option('--vgg-layers <names>', 'layers of the perceptual distance', parseNames, ['conv5_4']);
}

/**
 * Does something with the measures that these options ask for, and then frees what they hold.
 *
 * @throws WorkbenchError `data` where a file of weights is not what it should be, `usage` for a layer that a net lacks
 */
export async function withMeasures<T>(
  flags: MeasureFlags,
  use: (measures: readonly Measure[]) => Promise<T>,
): Promise<T> {
  const measures = [...pixelMeasures(flags.protocol), ...distances(flags)];
  try {
    return await use(measures);
  } finally {
    for (const measure of measures) await measure.close();
  }
}

function distances({ vgg, vggLayers, engine }: MeasureFlags): Measure[] {
  if (vgg === undefined) return [];
  const type = recogniseVgg(vgg);
  const known = vggConvolutions(type).map(({ layer }) => layer);
  const unknown = vggLayers.find((layer) => !known.includes(layer));
  if (unknown !== undefined) {
    throw new WorkbenchError(
      'usage',
      `${vgg} holds ${type}, which has no layer ${unknown}: --vgg-layers takes ${known.join(', ')}.`,
    );
  }
  return [vggDistance(() => openEngine(parseEngine(engine)), vgg, type, vggLayers)];
}

/** The protocols named with commas between them. */
function parseProtocols(text: string): ProtocolName[] {
  return parseNames(text).map((name) => {
    if (isProtocolName(name)) return name;
    throw new InvalidArgumentError(`${name} is none of ${Object.keys(protocols).join(', ')}.`);
  });
}

function parseNames(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}
