import type { GeneratorArchitecture } from '../generators.ts';
import { oneLayout } from '../one-layout.ts';
import { initialCompact } from './initial.ts';
import { compactNcnn, compactOfNcnn } from './ncnn.ts';
import { compactTail, compactTrunk } from './network.ts';
import { encodeCompactOnnx } from './onnx.ts';
import { activationKey, recognizeCompact } from './recognize.ts';
import type { CompactOptions } from './shapes.ts';

/** The small generator of Real-ESRGAN: a row of convolutions. */
export const compact: GeneratorArchitecture<CompactOptions> = {
  title: 'Compact',
  openModelDb: 'compact',
  trunk: compactTrunk,
  tail: compactTail,
  initial: initialCompact,
  metadata: ({ scale_factor, act }) => ({
    architecture: 'Compact',
    scale: String(scale_factor),
    [activationKey]: act,
  }),
  landmarks: ['body.0.weight'],
  recognize: recognizeCompact,
  ...oneLayout('compact'),
  encodeOnnx: encodeCompactOnnx,
  ncnn: { layers: compactNcnn, obstacle: () => undefined, options: compactOfNcnn },
};
