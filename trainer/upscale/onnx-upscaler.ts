import * as ort from 'onnxruntime-node';
import type { FloatImage } from '../data/image.ts';
import type { OnnxProvider } from '../engine/onnx-engine.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { fromHalf, toHalf } from '../tensor-files/dtypes.ts';
import { withFile } from '../tensor-files/file-bytes.ts';
import { upscalePadded } from './resize-canvas.ts';
import { upscaleImage } from './upscale-image.ts';
import type { Upscaler } from './upscaler.ts';

/** The one input of a model: `[N, 3, H, W]`, with the extents that the file fixes. */
interface Input {
  readonly name: string;
  readonly isHalf: boolean;
  readonly width: number | undefined;
  readonly height: number | undefined;
}

/** Multiples that models want of their input's sides: x2 and x1 of Real-ESRGAN 2 and 4, windows of transformers more. */
const alignments = [1, 2, 4, 8, 16, 32, 64];

/** Side of the image on which a model is tried; with a remainder of 1 for every alignment. */
const trialSide = 65;

/**
 * Opens an ONNX file of any model that upscales RGB images `[N, 3, H, W]` in 0..1, 32- or 16-bit floats. Scale and
 * alignment are found by trying it; a model of a fixed input size gets every image in tiles of that size.
 *
 * @throws WorkbenchError `data` when the file is damaged or does something else
 */
export async function openOnnxUpscaler(
  path: string,
  name: string,
  provider: OnnxProvider,
): Promise<Upscaler> {
  const refuse = (what: string, cause?: unknown) =>
    new WorkbenchError('data', `${path} cannot upscale images: ${what}.`, { cause });
  // What is no file of weights at all is told better than ONNX Runtime does.
  withFile(path, () => {});
  const session = await ort.InferenceSession.create(path, {
    executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
    logSeverityLevel: 4,
  }).catch((cause: unknown) => {
    throw refuse(`ONNX Runtime says "${messageOf(cause)}". Fetch or export it again`, cause);
  });
  try {
    const input = findInput(session, refuse);
    const { alignment, scale } = await tryOut(session, input, refuse);
    return onnxUpscaler(session, input, { name, scale, alignment });
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
  let running: Promise<unknown> = Promise.resolve();
  const upscaler: Upscaler = {
    name,
    scale,
    // What the model sees around a pixel is not known.
    reach: Number.POSITIVE_INFINITY,
    alignment,
    upscale(image) {
      const width = fixedWidth ?? Math.ceil(image.width / alignment) * alignment;
      const height = fixedHeight ?? Math.ceil(image.height / alignment) * alignment;
      const result =
        image.width > width || image.height > height
          ? upscaleImage(upscaler, image, { tile: Math.min(width, height) })
          : upscalePadded(image, { width, height }, scale, (padded) => run(session, input, padded));
      // Without the results: they are large.
      running = Promise.allSettled([running, result]).then(() => {});
      return result;
    },
    async close() {
      // Whoever cancelled did not wait for the last run, and a session must not end under it.
      await running;
      await session.release();
    },
  };
  return upscaler;
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
  // A model of other programs may leave the number of channels open; a last extent of 3 means that they come last.
  const isOpen = typeof channels !== 'number' && width !== 3;
  if (!input.isTensor || shape.length !== 4 || (channels !== 3 && !isOpen)) {
    throw refuse(`its input is [${shape.join(', ')}] instead of [N, 3, H, W], RGB`);
  }
  if (input.type !== 'float32' && input.type !== 'float16') {
    throw refuse(`its input has the type ${input.type} instead of float32 or float16`);
  }
  const fixed = (extent: number | string | undefined) =>
    typeof extent === 'number' && extent > 0 ? extent : undefined;
  return { name: input.name, isHalf: input.type === 'float16', width: fixed(width), height: fixed(height) };
}

/** Upscales a grey square, for each alignment until one works. */
async function tryOut(
  session: ort.InferenceSession,
  input: Input,
  refuse: Refuse,
): Promise<{ alignment: number; scale: number }> {
  let failure: unknown;
  for (const alignment of alignments) {
    const side = Math.ceil(trialSide / alignment) * alignment;
    const width = input.width ?? side;
    const height = input.height ?? side;
    const data = new Float32Array(width * height * 3).fill(0.5);
    const result = await run(session, input, { width, height, channels: 3, data }).catch((error: unknown) => {
      failure ??= error;
    });
    if (result === undefined) continue;
    const scale = result.width / width;
    if (Number.isInteger(scale) && scale > 0 && result.height === height * scale) return { alignment, scale };
    failure ??= `it makes ${result.width}x${result.height} of ${width}x${height}`;
  }
  throw refuse(
    typeof failure === 'string' ? failure : `trying it ended with "${messageOf(failure)}"`,
    failure,
  );
}

async function run(session: ort.InferenceSession, input: Input, image: FloatImage): Promise<FloatImage> {
  const { width, height } = image;
  const planes = toPlanes(image);
  const shape = [1, 3, height, width];
  const fed = input.isHalf
    ? new ort.Tensor('float16', Uint16Array.from(planes, toHalf), shape)
    : new ort.Tensor('float32', planes, shape);
  const results = await session.run({ [input.name]: fed });
  const output = results[session.outputNames[0] ?? ''];
  const [images, channels, outputHeight = 0, outputWidth = 0] = output?.dims ?? [];
  if (output === undefined || images !== 1 || channels !== 3 || output.dims.length !== 4) {
    throw new Error(`its output is [${output?.dims.join(', ')}] instead of [1, 3, H, W]`);
  }
  return fromPlanes(numbersOf(output), outputWidth, outputHeight);
}

function numbersOf({ data }: ort.Tensor): Float32Array {
  if (data instanceof Float32Array) return data;
  // Halves: words, or on newer versions of Node numbers.
  if (data instanceof Uint16Array) return Float32Array.from(data, fromHalf);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array || Array.isArray(data)) {
    throw new Error('its output does not consist of floats');
  }
  return Float32Array.from(data);
}

/** `[H, W, 3]` to `[3, H, W]`. */
function toPlanes({ width, height, data }: FloatImage): Float32Array {
  const pixels = width * height;
  const planes = new Float32Array(3 * pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < 3; channel++)
      planes[channel * pixels + pixel] = data[3 * pixel + channel]!;
  }
  return planes;
}

/** `[3, H, W]` to `[H, W, 3]`. */
function fromPlanes(planes: Float32Array, width: number, height: number): FloatImage {
  const pixels = width * height;
  const data = new Float32Array(3 * pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let channel = 0; channel < 3; channel++)
      data[3 * pixel + channel] = planes[channel * pixels + pixel]!;
  }
  return { width, height, channels: 3, data };
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}
