import type { GeneratorArchitecture } from '../generators.ts';
import { oneLayout } from '../one-layout.ts';
import { initialRealplksr } from './initial.ts';
import { ncnnObstacle, realplksrNcnn, realplksrNcnnTensors } from './ncnn.ts';
import { realplksrTail, realplksrTrunk } from './network.ts';
import { encodeRealplksrOnnx } from './onnx.ts';
import { groupsKey, recognizeRealplksr } from './recognize.ts';
import type { RealplksrOptions } from './shapes.ts';

/** neosr's variant of the partial large kernel network: blocks that convolve a part of their channels with a large kernel. */
export const realplksr: GeneratorArchitecture<RealplksrOptions> = {
  title: 'RealPLKSR',
  openModelDb: 'realplksr',
  trunk: realplksrTrunk,
  tail: realplksrTail,
  initial: initialRealplksr,
  metadata: ({ scale_factor, norm_groups, layer_norm }) => ({
    architecture: 'RealPLKSR',
    scale: String(scale_factor),
    ...(layer_norm ? {} : { [groupsKey]: String(norm_groups) }),
  }),
  landmarks: ['feats.1.channel_mixer.0.weight'],
  recognize: recognizeRealplksr,
  ...oneLayout('RealPLKSR'),
  encodeOnnx: encodeRealplksrOnnx,
  ncnn: { layers: realplksrNcnn, tensors: realplksrNcnnTensors, obstacle: ncnnObstacle },
};
