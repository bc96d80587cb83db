import { WorkbenchError } from '../errors/errors.ts';
import { architectureOf } from '../models/generators.ts';
import type { GeneratorOptions } from '../models/shapes.ts';
import type { TensorMap } from '../tensor-files/tensors.ts';
import type { Generator } from './generator-file.ts';

/**
 * Network interpolation (Wang et al. 2018, https://arxiv.org/abs/1809.00219, section 3.4): every parameter is
 * `(1 - alpha) * a + alpha * b`. With `a` trained for PSNR and `b` as a GAN, alpha balances fidelity and sharpness.
 *
 * @param names of the models, for messages
 * @throws WorkbenchError `data` if the hyperparameters differ, naming the first that does
 */
export function interpolate(
  a: Generator,
  b: Generator,
  alpha: number,
  names: readonly [string, string],
): Generator {
  const different = firstDifference(a.options, b.options);
  if (different !== undefined) {
    const [key, first, second] = different;
    throw new WorkbenchError(
      'data',
      `Only models with equal hyperparameters can be interpolated: ${key} is ${first} in ${names[0]} and ${second} in ${names[1]}.`,
    );
  }
  const [first, second] = [interpolable(a), interpolable(b)];
  const parameters: TensorMap = new Map();
  for (const [name, { shape, data }] of first) {
    const other = second.get(name);
    if (other === undefined) throw new Error(`${names[1]} has no ${name}.`);
    const interpolated = data.map((value, index) => (1 - alpha) * value + alpha * other.data[index]!);
    parameters.set(name, { shape, data: interpolated });
  }
  return { options: a.options, parameters };
}

function interpolable({ options, parameters }: Generator): TensorMap {
  return architectureOf(options).interpolable?.(options, parameters) ?? parameters;
}

function firstDifference(a: GeneratorOptions, b: GeneratorOptions): [string, unknown, unknown] | undefined {
  const [first, second] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  const key = [...first.keys(), ...second.keys()].find((each) => first.get(each) !== second.get(each));
  return key === undefined ? undefined : [key, first.get(key) ?? 'none', second.get(key) ?? 'none'];
}
