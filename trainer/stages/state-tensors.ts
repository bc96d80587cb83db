import type { HostTensor, HostTensors } from '../engine/engine.ts';
import { mismatches } from '../weights/generator-file.ts';
import type { TensorMap } from '../weights/safetensors.ts';
import { momentNames } from './adam.ts';

/** Some tensors of a state by their names in files, where `nameOf` gives their names in the state. */
export function selected(
  tensors: HostTensors,
  names: Iterable<string>,
  nameOf: (name: string) => string = (name) => name,
): TensorMap {
  return new Map([...names].map((name) => [name, tensors.get(nameOf(name))!]));
}

/** Adam's moments of parameters that have not been updated yet, by their names in the state. */
export function initialMoments(parameters: HostTensors): Map<string, HostTensor> {
  return new Map(
    [...parameters].flatMap(([name, { shape, data }]) =>
      Object.values(momentNames(name)).map((moment): [string, HostTensor] => [
        moment,
        { shape, data: new Float32Array(data.length) },
      ]),
    ),
  );
}

/** The first difference, in words, between tensors and the shapes that a net needs; undefined where they fit. */
export function mismatch(
  tensors: HostTensors,
  expected: ReadonlyMap<string, readonly number[]>,
): string | undefined {
  return mismatches(new Map([...tensors].map(([name, { shape }]) => [name, shape])), expected)[0];
}
