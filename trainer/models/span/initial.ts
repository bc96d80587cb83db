import type { HostTensor } from '../../engine/engine.ts';
import { uniformConvolution } from '../initial.ts';
import type { UniformRandom } from '../random.ts';
import { type SpanOptions, trainedConvolutions } from './shapes.ts';

/** Random initial weights by name: PyTorch's defaults, as in neosr and traiNNer-redux. */
export function initialSpan(options: SpanOptions, random: UniformRandom): Map<string, HostTensor> {
  return new Map(
    trainedConvolutions(options).flatMap(({ name, shape }) => uniformConvolution(name, shape, random)),
  );
}
