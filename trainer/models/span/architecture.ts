import type { GeneratorArchitecture } from '../generators.ts';
import { initialSpan } from './initial.ts';
import { spanLayout } from './layouts.ts';
import { interpolableSpan } from './merge.ts';
import { spanNcnn, spanNcnnTensors } from './ncnn.ts';
import { spanTail, spanTrunk } from './network.ts';
import { encodeSpanOnnx } from './onnx.ts';
import { normKey, rangeKey, recognizeSpan } from './recognize.ts';
import type { SpanOptions } from './shapes.ts';

/** The swift parameter-free attention network, whose convolutions are trained as several and merged. */
export const span: GeneratorArchitecture<SpanOptions> = {
  title: 'SPAN',
  openModelDb: 'span',
  trunk: spanTrunk,
  tail: spanTail,
  initial: initialSpan,
  metadata: ({ scale_factor, norm, img_range }) => ({
    architecture: 'SPAN',
    scale: String(scale_factor),
    [normKey]: String(norm),
    ...(norm ? { [rangeKey]: String(img_range) } : {}),
  }),
  interpolable: interpolableSpan,
  landmarks: ['conv_1.sk.weight', 'conv_1.eval_conv.weight'],
  recognize: recognizeSpan,
  ...spanLayout,
  encodeOnnx: encodeSpanOnnx,
  ncnn: { layers: spanNcnn, tensors: spanNcnnTensors, obstacle: () => undefined },
};
