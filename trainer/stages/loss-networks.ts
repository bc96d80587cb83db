import { existsSync } from 'node:fs';
import { type LossSettings, type LossWeights, lossWeights, type ResolvedConfig } from '../config/index.ts';
import type { HostTensors, Tensors } from '../engine/engine.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { distsLayers } from '../models/dists/network.ts';
import { lpipsLayers } from '../models/lpips/network.ts';
import type { Stage } from '../run-state/run-state.ts';
import { readDists } from '../weights/dists-file.ts';
import { readLpips } from '../weights/lpips-file.ts';
import { readVgg } from '../weights/vgg-file.ts';
import { pick } from './differentiate.ts';

/** Start of the names in the state of the tensors of the loss with this index in the list. */
function prefixOf(index: number): string {
  return `loss${index}.`;
}

/** Name in the state of a tensor of the loss with this index in the list. */
export function lossTensorName(index: number, name: string): string {
  return prefixOf(index) + name;
}

/** The tensors of the network of a loss, by their names in its files. */
export function lossParameters(state: Tensors, index: number): Tensors {
  const prefix = prefixOf(index);
  const names = Object.keys(state).filter((name) => name.startsWith(prefix));
  return pick(
    state,
    names.map((name) => name.slice(prefix.length)),
    (name) => prefix + name,
  );
}

/**
 * Reads the networks that the losses of a stage need, by their names in the state.
 *
 * @throws WorkbenchError `data` if a file is missing or of another network, with how to get it
 */
export function readLossNetworks(config: ResolvedConfig, stage: Stage): HostTensors {
  return new Map(
    config[stage].losses.flatMap((loss, index) =>
      lossWeights(loss).flatMap((weights) =>
        [...readNetwork(loss, weights, stage)].map(
          ([name, tensor]) => [lossTensorName(index, name), tensor] as const,
        ),
      ),
    ),
  );
}

function readNetwork(loss: LossSettings, weights: LossWeights, stage: Stage): HostTensors {
  const { key, file } = weights;
  if (!existsSync(file)) throw missingError(loss, weights, stage);
  if (loss.type === 'perceptual') return readVgg(file, loss.vgg_type, Object.keys(loss.layer_weights));
  const isLpips = loss.type === 'lpips';
  if (key === 'vgg_weights') return readVgg(file, 'vgg16', isLpips ? lpipsLayers : distsLayers);
  return isLpips ? readLpips(file) : readDists(file);
}

function missingError(
  { type, name }: LossSettings,
  { key, network, isNamed, file }: LossWeights,
  stage: Stage,
): WorkbenchError {
  // The section of the original has the same name as the loss that it stands for.
  const isShorthand = name === 'perceptual_loss' && type === 'perceptual';
  const where = isShorthand ? `perceptual_loss.${key}` : `${stage}.losses: ${key}`;
  const missing = isNamed
    ? `${file}, the value of \`${where}\`, does not exist`
    : `\`${where}\` is not set and ${file} does not exist`;
  const without = isShorthand
    ? 'train without with `perceptual_loss: false`'
    : 'remove the loss from the list';
  const title = type === 'perceptual' ? 'The perceptual loss' : `The loss \`${type}\``;
  return new WorkbenchError(
    'data',
    `${title} needs the weights of ${network}: ${missing}. Run \`esrgan weights download ${network}\`, set \`${where}\` to a file ${network.startsWith('vgg') ? 'of torchvision (.pth or .safetensors)' : 'of its Python package'}, or ${without}.`,
  );
}
