import type { Metadata, TensorMap } from '../../tensor-files/tensors.ts';
import { oneLayout } from '../one-layout.ts';
import { mergedSpan } from './merge.ts';
import { noNorm } from './recognize.ts';
import type { SpanOptions } from './shapes.ts';

const only = oneLayout('SPAN');

/**
 * The branches of each convolution and their merged form, as programs that train write them: spandrel and chaiNNer need
 * both.
 */
function arrange(layout: string, options: SpanOptions, parameters: TensorMap, metadata: Metadata) {
  const tensors: TensorMap = new Map(
    options.norm ? [] : [[noNorm, { shape: [1], data: new Float32Array(1) }]],
  );
  for (const [name, tensor] of [...parameters, ...mergedSpan(options, parameters)]) tensors.set(name, tensor);
  return only.arrange(layout, options, tensors, metadata);
}

export const spanLayout = { ...only, arrange };
