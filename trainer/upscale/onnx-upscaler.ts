import type * as ort from 'onnxruntime-node';
import type { FloatImage } from '../data/image.ts';
import { createRandom } from '../data/random.ts';
import type { OnnxProvider } from '../engine/onnx-engine.ts';
import { onnxRuntime } from '../engine/onnx-runtime.ts';
import { messageOf, WorkbenchError } from '../errors/errors.ts';
import { nativePath } from '../files/paths.ts';
import { fromHalf, toHalf } from '../tensor-files/dtypes.ts';
import { withFile } from '../tensor-files/file-bytes.ts';
import { notFiniteError } from '../weights/not-finite.ts';
import { notFiniteOnnxTensors } from '../weights/onnx-not-finite.ts';
import { colorUpscaler } from './color-upscaler.ts';
import { upscalePadded } from './resize-canvas.ts';
import { largestContext, upscaleImage } from './upscale-image.ts';
import type { Upscaler } from './upscaler.ts';

/** The input of a model, `[N, C, H, W]`; width and height if the file fixes them. */
interface Input {
  readonly name: string;
  /** 1 (gray), 3 (RGB) or 4 (RGB, alpha); 3 if the file leaves it open. */
  readonly channels: number;
  readonly isHalf: boolean;
  readonly width: number | undefined;
  readonly height: number | undefined;
}

/** Multiples that models require of the input's sides: 2 and 4 for Real-ESRGAN x2 and x1, more for transformers. */
const alignments = [1, 2, 4, 8, 16, 32, 64];

/** Side of the test image; not a multiple of any alignment. */
const testSide = 65;

/** Sides of the first images: tiny, because the scale is not known. A model may pad its input, but not beyond the last. */
const firstSides = [1, 4, 8];

/** No network for images upscales more. Results of a larger scale take gigabytes of memory. */
const largestScale = 32;

/** Side of a result that takes 200 MB. */
const largestResult = 4096;

/**
 * Opens an ONNX file of any model that upscales images `[N, C, H, W]` in 0..1, 32- or 16-bit floats, with 1 (gray), 3 (RGB) or 4
 * channels (RGB, alpha). Scale and alignment are determined by a test image. A model of a fixed input size upscales images in tiles of that size.
 *
 * @throws WorkbenchError `data` if the file is damaged, its weights are infinite or NaN, or it is not such a model
 */
export async function openOnnxUpscaler(
  path: string,
  name: string,
  provider: OnnxProvider,
): Promise<Upscaler> {
  const refuse = (what: string, cause?: unknown) =>
    new WorkbenchError('data', `${path} cannot upscale images: ${what}.`, { cause });
  // Its errors for missing and empty files are clearer than those of ONNX Runtime.
  withFile(path, () => {});
  const { InferenceSession } = onnxRuntime();
  const session = await InferenceSession.create(nativePath(path), {
    executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
    logSeverityLevel: 4,
  }).catch((cause: unknown) => {
    throw refuse(`ONNX Runtime says "${firstLineOf(cause)}". Download or export it again`, cause);
  });
  try {
    const [damaged] = notFiniteOnnxTensors(path);
    if (damaged !== undefined) throw notFiniteError(path, damaged);
    const input = findInput(session, refuse);
    await checkScale(session, input, refuse);
    const { alignment, scale } = await testModel(session, input, refuse);
    return colorUpscaler(onnxUpscaler(session, input, { name, scale, alignment }), input.channels);
  } catch (error) {
    await session.release();
    throw error;
  }
}

function onnxUpscaler(
  session: ort.InferenceSession,
  input: Input,
  { name, scale, alignment }: { name: string; scale: number; alignment: number },
): Upscaler {
  const { width: fixedWidth, height: fixedHeight } = input;
  /** Context of tiles of a fixed size, measured when the first image needs several. */
  let fixedContext: Promise<number> | undefined;
  const upscaleInTiles = async (image: FloatImage, width: number, height: number) => {
    fixedContext ??= measuredContext(session, input, { name, scale, width, height });
    const overlap = await fixedContext;
    return upscaleImage(upscaler, image, { tile: Math.min(width, height), overlap });
  };
  let running: Promise<unknown> = Promise.resolve();
  const upscaler: Upscaler = {
    name,
    scale,
    // Not known.
    receptiveField: Number.POSITIVE_INFINITY,
    alignment,
    upscale(image) {
      const width = fixedWidth ?? Math.ceil(image.width / alignment) * alignment;
      const height = fixedHeight ?? Math.ceil(image.height / alignment) * alignment;
      const result =
        image.width > width || image.height > height
          ? upscaleInTiles(image, width, height)
          : upscalePadded(image, { width, height }, scale, (padded) => run(session, input, padded));
      // Does not hold the results, which are large.
      running = Promise.allSettled([running, result]).then(() => {});
      return result;
    },
    async close() {
      // A cancelled run may still be in progress; its session must not be released.
      await running;
      await session.release();
    },
  };
  return upscaler;
}

/** Half of a level of 8 bits: a smaller difference has no effect on most rounded results. */
const visible = 0.5 / 255;

/**
 * The context that tiles of a fixed size need, measured: how far changed pixels change the result of a noise image, and half
 * as much again, because other images may carry changes further.
 *
 * @throws WorkbenchError `data` if tiles would have no inner part besides their context
 */
async function measuredContext(
  session: ort.InferenceSession,
  input: Input,
  { name, scale, width, height }: { name: string; scale: number; width: number; height: number },
): Promise<number> {
  // A quarter is changed, so that the rest shows the influence in both directions.
  const [changedWidth, changedHeight] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const { channels } = input;
  const noise = (isChanged: boolean): FloatImage => {
    const data = new Float32Array(width * height * channels);
    const random = [createRandom(0, 'context'), createRandom(1, 'context')] as const;
    for (let i = 0; i < data.length; i++) {
      const [x, y] = [Math.floor(i / channels) % width, Math.floor(i / channels / width)];
      const values = [random[0].next(), random[1].next()] as const;
      data[i] = values[isChanged && x < changedWidth && y < changedHeight ? 1 : 0];
    }
    return { width, height, channels, data };
  };
  const [before, after] = [await run(session, input, noise(false)), await run(session, input, noise(true))];
  let radius = 0;
  for (let i = 0; i < before.data.length; i++) {
    if (!(Math.abs(before.data[i]! - after.data[i]!) < visible)) {
      const [x, y] = [Math.floor(i / channels) % before.width, Math.floor(i / channels / before.width)];
      const distance = Math.max(
        Math.floor(x / scale) - changedWidth + 1,
        Math.floor(y / scale) - changedHeight + 1,
      );
      radius = Math.max(radius, distance);
    }
  }
  const context = Math.min(Math.ceil(1.5 * radius), largestContext);
  if (Math.min(width, height) > 2 * context) return context;
  throw new WorkbenchError(
    'data',
    `${name} takes only images of ${width}x${height} pixels, too small for tiles without seams: its results depend on pixels that are ${radius} away. Export it again with a larger input, or one of any size.`,
  );
}

type Refuse = (what: string, cause?: unknown) => WorkbenchError;

function findInput(session: ort.InferenceSession, refuse: Refuse): Input {
  const [input, ...others] = session.inputMetadata;
  if (input === undefined || others.length > 0 || session.outputNames.length !== 1) {
    throw refuse(
      `it has ${session.inputNames.length} inputs and ${session.outputNames.length} outputs instead of one image each`,
    );
  }
  const shape = input.isTensor ? input.shape : [];
  const [, channels, height, width] = shape;
  // Some exporters leave the number of channels open; a last extent of 3 means channels-last.
  const isOpen = typeof channels !== 'number' && width !== 3;
  const known = isOpen ? 3 : [1, 3, 4].find((count) => count === channels);
  if (!input.isTensor || shape.length !== 4 || known === undefined) {
    throw refuse(`its input is [${shape.join(', ')}] instead of [N, 3, H, W], RGB, or 1 or 4 channels`);
  }
  if (input.type !== 'float32' && input.type !== 'float16') {
    throw refuse(`its input has the type ${input.type} instead of float32 or float16`);
  }
  const fixed = (extent: number | string | undefined) =>
    typeof extent === 'number' && extent > 0 ? extent : undefined;
  return {
    name: input.name,
    channels: known,
    isHalf: input.type === 'float16',
    width: fixed(width),
    height: fixed(height),
  };
}

/** Refuses a model of an absurd scale before its results take all memory. */
async function checkScale(session: ort.InferenceSession, input: Input, refuse: Refuse): Promise<void> {
  const [output] = session.outputMetadata;
  const [, , height, width] = output?.isTensor ? output.shape : [];
  let scale = Math.max(ratio(height, input.height), ratio(width, input.width));
  if (input.width === undefined || input.height === undefined) {
    for (const side of firstSides) {
      if (scale * side > largestResult) break;
      const [x, y] = [input.width ?? side, input.height ?? side];
      const result = await upscaleGrey(session, input, x, y).catch(() => undefined);
      if (result !== undefined) scale = Math.max(result.width / x, result.height / y);
    }
  }
  if (scale > largestScale) throw refuse(`its scale is ${scale}; scales up to ${largestScale} are supported`);
}

/** Ratio of two extents; 0 where the file leaves one open. */
function ratio(result: number | string | undefined, extent: number | undefined): number {
  return typeof result === 'number' && extent !== undefined ? result / extent : 0;
}

function upscaleGrey(
  session: ort.InferenceSession,
  input: Input,
  width: number,
  height: number,
): Promise<FloatImage> {
  const data = new Float32Array(width * height * input.channels).fill(0.5);
  return run(session, input, { width, height, channels: input.channels, data });
}

/** Upscales a grey square with each alignment until one works. */
async function testModel(
  session: ort.InferenceSession,
  input: Input,
  refuse: Refuse,
): Promise<{ alignment: number; scale: number }> {
  let failure: unknown;
  for (const alignment of alignments) {
    const side = Math.ceil(testSide / alignment) * alignment;
    const width = input.width ?? side;
    const height = input.height ?? side;
    const result = await upscaleGrey(session, input, width, height).catch((error: unknown) => {
      failure ??= error;
    });
    if (result === undefined) continue;
    const scale = result.width / width;
    if (Number.isInteger(scale) && scale > 0 && result.height === height * scale) return { alignment, scale };
    failure ??= `it upscales ${width}x${height} to ${result.width}x${result.height}`;
  }
  throw refuse(
    typeof failure === 'string' ? failure : `upscaling a test image failed with "${firstLineOf(failure)}"`,
    failure,
  );
}

async function run(session: ort.InferenceSession, input: Input, image: FloatImage): Promise<FloatImage> {
  const { width, height } = image;
  const planes = toPlanes(image);
  const shape = [1, input.channels, height, width];
  const { Tensor } = onnxRuntime();
  const tensor = input.isHalf
    ? new Tensor('float16', Uint16Array.from(planes, toHalf), shape)
    : new Tensor('float32', planes, shape);
  const results = await session.run({ [input.name]: tensor });
  const output = results[session.outputNames[0] ?? ''];
  const [images, channels, outputHeight = 0, outputWidth = 0] = output?.dims ?? [];
  if (output === undefined || images !== 1 || channels !== input.channels || output.dims.length !== 4) {
    throw new Error(`its output is [${output?.dims.join(', ')}] instead of [1, ${input.channels}, H, W]`);
  }
  return fromPlanes(numbersOf(output), outputWidth, outputHeight, input.channels);
}

function numbersOf({ data }: ort.Tensor): Float32Array {
  if (data instanceof Float32Array) return data;
  // Half-precision floats: Uint16Array, or Float16Array on newer versions of Node.
  if (data instanceof Uint16Array) return Float32Array.from(data, fromHalf);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array || Array.isArray(data)) {
    throw new Error('its output is not of a float type');
  }
  return Float32Array.from(data);
}

/** `[H, W, C]` to `[C, H, W]`. */
function toPlanes({ width, height, channels, data }: FloatImage): Float32Array {
  const pixels = width * height;
  const planes = new Float32Array(channels * pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < channels; channel++)
      planes[channel * pixels + pixel] = data[channels * pixel + channel]!;
  }
  return planes;
}

/** `[C, H, W]` to `[H, W, C]`. */
function fromPlanes(planes: Float32Array, width: number, height: number, channels: number): FloatImage {
  const pixels = width * height;
  const data = new Float32Array(channels * pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < channels; channel++)
      data[channels * pixel + channel] = planes[channel * pixels + pixel]!;
  }
  return { width, height, channels, data };
}

function firstLineOf(error: unknown): string {
  return messageOf(error).split('\n')[0]!;
}
