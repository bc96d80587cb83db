import { WorkbenchError } from '../errors/errors.ts';
import { type DiscriminatorOptions, discriminatorShapes } from '../models/discriminator/shapes.ts';
import { countNotFinite } from '../tensor-files/statistics.ts';
import { networkWith, openTensorFile } from '../tensor-files/tensor-file.ts';
import type { TensorFile, TensorMap } from '../tensor-files/tensors.ts';
import { notFiniteError } from '../weights/not-finite.ts';
import { mismatch } from './network-state.ts';
import { withKey } from './networks.ts';

/**
 * Reads the discriminator that the training stage starts from. The file may have other tensors as well.
 *
 * @throws WorkbenchError `data` if it is not the discriminator of the run file, or if values are infinite or NaN
 */
export function readInitialDiscriminator(options: DiscriminatorOptions, path: string): TensorMap {
  const { parameters, statistics } = discriminatorShapes(options);
  const expected = new Map([...parameters, ...statistics]);
  const [first = ''] = expected.keys();
  const key = 'discriminator.init';
  const file = networkWith(
    withKey(key, () => openTensorFile(path)),
    first,
  );
  const names = options.type === 'patchgan' ? patchganNames(file, [...expected.keys()]) : new Map();
  const tensors: TensorMap = new Map();
  for (const name of expected.keys()) {
    const named = names.get(name) ?? name;
    if (file.entries.has(named))
      tensors.set(
        name,
        withKey(key, () => file.read(named)),
      );
  }
  const problem = mismatch(tensors, expected);
  if (problem) {
    throw new WorkbenchError(
      'data',
      `${key}: the discriminator in ${path} does not match the run file: ${problem}. Change \`discriminator\`, or choose other weights.`,
    );
  }
  for (const [name, { data }] of tensors) {
    const count = countNotFinite(data);
    if (count > 0) throw notFiniteError(path, { name, count });
  }
  return tensors;
}

/**
 * The names in a file of a PatchGAN discriminator's tensors, by ours. Programs number its convolutions differently, because
 * they have other layers in between (`model.5` in neosr, `model.child2.0` in KAIR), but in the same order.
 */
function patchganNames(file: TensorFile, expected: readonly string[]): ReadonlyMap<string, string> {
  const layersOf = (names: Iterable<string>) =>
    [...names]
      .flatMap((name) => /^(.*)\.weight_orig$/.exec(name)?.[1] ?? [])
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const theirs = layersOf(file.entries.keys());
  const ours = layersOf(expected);
  if (theirs.length !== ours.length) return new Map();
  return new Map(
    expected.map((name) => {
      const dot = name.lastIndexOf('.');
      return [name, `${theirs[ours.indexOf(name.slice(0, dot))]}${name.slice(dot)}`];
    }),
  );
}
