import type { GeneratorArchitecture } from '../generators.ts';
import { initialRrdb } from './initial.ts';
import { arrange, landmarks, obstacle, writableLayouts } from './layouts.ts';
import { ncnnObstacle, rrdbNcnn, rrdbOfNcnn } from './ncnn.ts';
import { rrdbTail, rrdbTrunk } from './network.ts';
import { encodeRrdbOnnx } from './onnx.ts';
import { recognizeRrdb, residualScalingKey } from './recognize.ts';
import type { RrdbOptions } from './shapes.ts';

/** The generator of ESRGAN: residual-in-residual dense blocks. */
export const rrdb: GeneratorArchitecture<RrdbOptions> = {
  title: 'RRDB (ESRGAN)',
  openModelDb: 'esrgan',
  trunk: rrdbTrunk,
  tail: rrdbTail,
  initial: initialRrdb,
  metadata: ({ scale_factor, residual_scaling }) => ({
    architecture: 'ESRGAN',
    scale: String(scale_factor),
    [residualScalingKey]: String(residual_scaling),
  }),
  landmarks,
  recognize: recognizeRrdb,
  layouts: writableLayouts,
  obstacle,
  arrange,
  encodeOnnx: encodeRrdbOnnx,
  ncnn: { layers: rrdbNcnn, obstacle: ncnnObstacle, options: rrdbOfNcnn },
};
