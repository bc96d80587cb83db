import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import type { Engine } from '../engine/engine.ts';
import { openEngine, parseEngine } from '../engine/engines.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { lpipsDistance, vggDistance } from '../evaluate/feature-distance.ts';
import { type Measure, pixelMeasures } from '../evaluate/measure.ts';
import { isProtocolName, type ProtocolName, protocolNames } from '../metrics/protocols.ts';
import { vggConvolutions } from '../models/vgg/shapes.ts';
import { defaultVggFile, recognizeVgg } from '../weights/vgg-file.ts';

/** What a person says of how to measure. */
export interface MeasureFlags {
  readonly protocol: ProtocolName[];
  readonly vgg?: string;
  readonly vggLayers: string[];
  readonly lpips?: string;
  readonly lpipsVgg?: string;
  readonly engine: string;
}

/** Adds the options that say how to measure. */
export function withMeasureOptions(command: Command): Command {
  return command
    .option(
      '--protocol <names>',
      `of PSNR and SSIM, with commas between them: ${protocolNames.join(', ')}`,
      parseProtocols,
      ['paper-y', 'rgb'],
    )
    .option('--vgg <file>', "measure the perceptual distance, too, with these weights of torchvision's VGG")
    .option('--vgg-layers <names>', 'layers of the perceptual distance', parseNames, ['conv5_4'])
    .option('--lpips <file>', 'measure LPIPS, too: vgg.pth of the Python package lpips')
    .option(
      '--lpips-vgg <file>',
      "VGG16's weights for LPIPS; default: as downloaded by `esrgan weights download vgg16`",
    );
}

/**
 * Does something with the measures that these options ask for, and then frees what they hold.
 *
 * @throws WorkbenchError `data` where a file of weights is not what it should be, `usage` for a layer that a model lacks
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

function distances({ vgg, vggLayers, lpips, lpipsVgg, engine }: MeasureFlags): Measure[] {
  const open = () => openEngine(parseEngine(engine));
  return [
    ...(vgg === undefined ? [] : [perceptual(open, vgg, vggLayers)]),
    ...(lpips === undefined ? [] : [lpipsDistance(open, lpips, lpipsVgg ?? downloadedVgg16())]),
  ];
}

function perceptual(open: () => Promise<Engine>, vgg: string, vggLayers: readonly string[]): Measure {
  const type = recognizeVgg(vgg);
  const known = vggConvolutions(type).map(({ layer }) => layer);
  const unknown = vggLayers.find((layer) => !known.includes(layer));
  if (unknown !== undefined) {
    throw new WorkbenchError(
      'usage',
      `${vgg} holds ${type}, which has no layer ${unknown}: --vgg-layers takes ${known.join(', ')}.`,
    );
  }
  return vggDistance(open, vgg, type, vggLayers);
}

function downloadedVgg16(): string {
  const path = defaultVggFile('vgg16');
  if (existsSync(path)) return path;
  throw new WorkbenchError(
    'data',
    `LPIPS needs the weights of vgg16, but ${path} does not exist. Download them with \`esrgan weights download vgg16\`, or name a file of torchvision with --lpips-vgg.`,
  );
}

/** The protocols named with commas between them. */
function parseProtocols(text: string): ProtocolName[] {
  return parseNames(text).map((name) => {
    if (isProtocolName(name)) return name;
    throw new InvalidArgumentError(`${name} is none of ${protocolNames.join(', ')}.`);
  });
}

function parseNames(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}
