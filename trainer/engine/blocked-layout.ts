import { encodeOnnx } from './onnx.ts';
import { onnxRuntime } from './onnx-runtime.ts';

let known: Promise<boolean> | undefined;

/**
 * Whether ONNX Runtime convolves with AVX-512: then its blocked layout has 16 channels in a block, otherwise 8. A program
 * that only brings a map of 8 channels into that layout tells.
 */
export function hasAvx512(): Promise<boolean> {
  known ??=
    process.arch === 'x64' ? channelsOfBlock().then((channels) => channels === 16) : Promise.resolve(false);
  return known;
}

async function channelsOfBlock(): Promise<number | undefined> {
  const shape = [1, 8, 1, 1];
  const { InferenceSession, Tensor } = onnxRuntime();
  const session = await InferenceSession.create(
    encodeOnnx({
      nodes: [{ type: 'ReorderInput', domain: 'com.microsoft.nchwc', inputs: ['x'], outputs: ['y'] }],
      constants: [],
      inputs: [{ name: 'x', shape }],
      outputs: [{ name: 'y', shape: [1, 'channels', 1, 1] }],
    }),
    {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      graphOptimizationLevel: 'disabled',
      logSeverityLevel: 3,
    },
  );
  const { y } = await session.run({ x: new Tensor('float32', new Float32Array(8), shape) });
  await session.release();
  return y && 'dims' in y ? y.dims[1] : undefined;
}
