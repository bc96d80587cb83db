import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { defaultVggFile } from '../config/index.ts';
import type { Engine } from '../engine/engine.ts';
import { openEngine, parseEngine } from '../engine/engines.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { lpipsDistance, vggDistance } from '../evaluate/feature-distance.ts';
import { type Measure, pixelMeasures } from '../evaluate/measure.ts';
import { isProtocolName, type ProtocolName, protocolNames } from '../metrics/protocols.ts';
import { vggConvolutions } from '../models/vgg/shapes.ts';
import { recognizeVgg } from '../weights/vgg-file.ts';

/** Options that select measures. */
export interface MeasureFlags {
  readonly protocol: ProtocolName[];
  readonly vgg?: string;
  readonly vggLayers: string[];
  readonly lpips?: string;
  readonly lpipsVgg?: string;
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
    .option('--vgg <file>', "also measure the perceptual distance, with these weights of torchvision's VGG")
    .option('--vgg-layers <names>', 'layers of the perceptual distance', parseNames, ['conv5_4'])
    .option('--lpips <file>', 'also measure LPIPS; the file is vgg.pth of the Python package lpips')
    .option(
      '--lpips-vgg <file>',
      "VGG16's weights for LPIPS; default: as downloaded by `esrgan weights download vgg16`",
    );
}

/**
 * Creates the selected measures for `use`, and closes them afterwards.
 *
 * @throws WorkbenchError `data` if a file of weights is not valid, `usage` for a layer that the model does not have
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
      `${vgg} contains ${type}, which has no layer ${unknown}. Use these with --vgg-layers: ${known.join(', ')}.`,
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

function parseProtocols(text: string): ProtocolName[] {
  return parseNames(text).map((name) => {
    if (isProtocolName(name)) return name;
    throw new InvalidArgumentError(`${name} is not one of ${protocolNames.join(', ')}.`);
  });
}

function parseNames(text: string): string[] {
  return text.split(',').map((name) => name.trim());
}
