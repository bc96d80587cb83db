import { WorkbenchError } from '../errors/errors.ts';
import type { GeneratorOptions } from '../models/shapes.ts';
import type { TensorMap } from '../tensor-files/tensors.ts';
import type { Generator } from './generator-file.ts';

/**
 * Network interpolation (Wang et al. 2018, section 3.4): every parameter is `(1 - alpha) * a + alpha * b`. With `a`
 * trained for PSNR and `b` by the GAN, alpha chooses between faithful and sharp.
 *
 * @throws WorkbenchError `data` where the nets are not alike, naming the first hyper-parameter that differs
 */
export function interpolate(
  a: Generator,
  b: Generator,
  alpha: number,
  names: readonly [string, string],
): Generator {
  const different = firstDifference(a.options, b.options);
  if (different !== undefined) {
    const [key, ours, theirs] = different;
    throw new WorkbenchError(
      'data',
      `Only nets of one kind can be interpolated: ${key} is ${ours} in ${names[0]} and ${theirs} in ${names[1]}.`,
    );
  }
  const parameters: TensorMap = new Map();
  for (const [name, { shape, data }] of a.parameters) {
    const other = b.parameters.get(name);
    if (other === undefined) throw new Error(`${names[1]} lacks ${name}.`);
    const mixed = data.map((value, index) => (1 - alpha) * value + alpha * other.data[index]!);
    parameters.set(name, { shape, data: mixed });
  }
  return { options: a.options, parameters };
}

function firstDifference(a: GeneratorOptions, b: GeneratorOptions): [string, unknown, unknown] | undefined {
  const [ours, theirs] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  const key = [...ours.keys(), ...theirs.keys()].find((each) => ours.get(each) !== theirs.get(each));
  return key === undefined ? undefined : [key, ours.get(key) ?? 'none', theirs.get(key) ?? 'none'];
}
