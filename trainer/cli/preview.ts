import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { isPreviewRequest, type PreviewEvent, type PreviewRequest } from '../cli-output/preview.ts';
import { cropImage, type Image, toFloatImage, toImage } from '../data/image.ts';
import { imresize } from '../data/imresize.ts';
import type { Engine } from '../engine/engine.ts';
import { engineChoices, openEngine, parseEngine } from '../engine/engines.ts';
import { messageOf, WorkbenchError } from '../errors/errors.ts';
import { type ReadImage, readImage } from '../evaluate/source-image.ts';
import type { Rect } from '../guards/rect.ts';
import { type InterpolatedNetwork, interpolatedNetwork } from '../upscale/interpolated-network.ts';
import { scaledRect } from '../upscale/tiles.ts';
import { upscaleImage } from '../upscale/upscale-image.ts';
import type { Upscaler } from '../upscale/upscaler.ts';
import { readGenerator } from '../weights/generator-file.ts';
import { stampOf } from './file-stamp.ts';
import { rgbNetwork, weightsOf } from './open-model.ts';
import { endWithParent } from './parent.ts';
import { print } from './terminal.ts';
import { writePng } from './write-png.ts';

/** Pixels of context around a box, at most. More has hardly any effect and is slow. */
const context = 16;

/** Adds the hidden `esrgan preview`, which answers requests, one JSON object per line, until its input ends. */
export function registerPreview(program: Command): void {
  program
    .command('preview', { hidden: true })
    .option('--engine <engine>', engineChoices, 'auto')
    .action(async ({ engine }: { engine: string }) => {
      endWithParent();
      const previews = createPreviews(engine);
      const emit = (event: PreviewEvent) => print(`${JSON.stringify(event)}\n`);
      for await (const line of createInterface({ input: process.stdin })) {
        const request: unknown = JSON.parse(line);
        if (!isPreviewRequest(request)) throw new WorkbenchError('usage', `Not a valid request: ${line}`);
        try {
          await previews.answer(request, emit);
        } catch (error) {
          const message = messageOf(error);
          emit({ id: request.id, event: 'failed', message });
        }
      }
      await previews.close();
    });
}

/** Answers requests. Engine, image and the interpolated networks stay open for the next request. */
function createPreviews(engineName: string) {
  const name = parseEngine(engineName);
  let opening: Promise<Engine> | undefined;
  let image: { readonly key: string; readonly read: ReadImage } | undefined;
  let interpolated: { readonly key: string; readonly network: InterpolatedNetwork } | undefined;
  const engine = () => {
    opening ??= openEngine(name);
    return opening;
  };

  async function imageOf({ path, role }: PreviewRequest['image'], scale: number): Promise<ReadImage> {
    const key = JSON.stringify([stampOf(path), role, scale]);
    if (image?.key !== key) image = { key, read: await readImage(path, role, scale) };
    return image.read;
  }

  async function interpolatedNetworkOf(
    [first, second]: readonly [string, string],
    alpha: number,
  ): Promise<InterpolatedNetwork> {
    const key = JSON.stringify([stampOf(first), stampOf(second)]);
    if (interpolated?.key !== key) {
      await interpolated?.network.close();
      interpolated = undefined;
      const models = [readGenerator(first), readGenerator(second)] as const;
      interpolated = { key, network: interpolatedNetwork(await engine(), ...models, [first, second]) };
    }
    interpolated.network.setAlpha(alpha);
    return interpolated.network;
  }

  /** Uses a model and closes it, except interpolated networks. */
  async function withModel<T>(
    { paths, alpha }: PreviewRequest['models'][number],
    use: (upscaler: Upscaler) => Promise<T>,
  ): Promise<T> {
    const [first, second] = paths.map((path) => weightsOf(path));
    if (first === undefined) throw new WorkbenchError('usage', 'A model has no path.');
    if (second !== undefined) return use(await interpolatedNetworkOf([first, second], alpha));
    const upscaler = rgbNetwork(await engine(), first, readGenerator(first));
    try {
      return await use(upscaler);
    } finally {
      await upscaler.close();
    }
  }

  return {
    async answer(request: PreviewRequest, emit: (event: PreviewEvent) => void): Promise<void> {
      const { id, models } = request;
      const started = performance.now();
      let scale = request.scale;
      let size = { width: 0, height: 0 };
      for (const [index, model] of models.entries()) {
        await withModel(model, async (upscaler) => {
          scale ??= upscaler.scale;
          if (upscaler.scale !== scale) {
            throw new WorkbenchError(
              'data',
              `${upscaler.name} upscales by ${upscaler.scale} and the others by ${scale}, so their results have different sizes. Compare models of the same scale.`,
            );
          }
          const { lr } = await imageOf(request.image, scale);
          const sr = await upscaleBox(upscaler, lr, request.image.box, (done, total) =>
            emit({ id, event: 'progress', done: index * total + done, total: models.length * total }),
          );
          size = sr;
          await writeRequested(request.results[index], sr);
        });
      }
      if (scale !== null) {
        const { lr, hr } = await imageOf(request.image, scale);
        const box = boxIn(lr, request.image.box);
        size = { width: box.width * scale, height: box.height * scale };
        await writeRequested(request.lr, cropBox(lr, box));
        if (hr !== undefined) await writeRequested(request.hr, cropBox(hr, scaledRect(box, scale)));
        if (request.bicubic !== null) {
          const upscaled = imresize(lr, scale, 'uint8-replicate');
          await writeRequested(request.bicubic, cropBox(upscaled, scaledRect(box, scale)));
        }
      }
      const milliseconds = performance.now() - started;
      emit({ id, event: 'done', width: size.width, height: size.height, milliseconds });
    },
    async close(): Promise<void> {
      await interpolated?.network.close();
    },
  };
}

async function upscaleBox(
  upscaler: Upscaler,
  lr: Image,
  requested: Rect | null,
  onTile: (done: number, total: number) => void,
): Promise<Image> {
  const { scale, receptiveField } = upscaler;
  const box = boxIn(lr, requested);
  const margin = Math.min(receptiveField, context);
  const [left, top] = [Math.max(0, box.x - margin), Math.max(0, box.y - margin)];
  const [right, bottom] = [
    Math.min(lr.width, box.x + box.width + margin),
    Math.min(lr.height, box.y + box.height + margin),
  ];
  const withContext = cropImage(lr, left, top, right - left, bottom - top);
  const upscaled = await upscaleImage(upscaler, toFloatImage(withContext), { onTile });
  return cropBox(toImage(upscaled), scaledRect({ ...box, x: box.x - left, y: box.y - top }, scale));
}

/** Clips a box to the image. Throws a `usage` error if nothing remains. */
function boxIn({ width, height }: Image, box: Rect | null): Rect {
  if (box === null) return { x: 0, y: 0, width, height };
  const inside = {
    x: box.x,
    y: box.y,
    width: Math.min(box.width, width - box.x),
    height: Math.min(box.height, height - box.y),
  };
  if (inside.width > 0 && inside.height > 0) return inside;
  throw new WorkbenchError(
    'usage',
    `The box ${box.width}x${box.height} at ${box.x}, ${box.y} is outside of the image of ${width}x${height} pixels.`,
  );
}

function cropBox(image: Image, { x, y, width, height }: Rect): Image {
  return cropImage(image, x, y, width, height);
}

/** Writes a result that was requested. */
async function writeRequested(path: string | null | undefined, image: Image): Promise<void> {
  if (path !== null && path !== undefined) await writePng(path, image);
}
