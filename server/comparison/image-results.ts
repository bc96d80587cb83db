import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PreviewDone, PreviewRequest } from '../../trainer/cli-output/preview.ts';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { imageSize } from '../../trainer/image-files/image-size.ts';
import { createIdleCommand } from '../command/idle-command.ts';
import type { CommandPrograms } from '../command/programs.ts';
import type { Jobs, Work } from '../jobs/jobs.ts';
import type {
  ImageQuery,
  ImageResults,
  InterpolationQuery,
  InterpolationResult,
  ModelReference,
} from '../protocol/comparison.ts';
import { weightsOf } from './chosen-models.ts';
import { openRun } from './compared-run.ts';
import { startPreview } from './preview-child.ts';
import { nameFor, prune, stampOf, touch } from './results-folder.ts';

type Request = Omit<PreviewRequest, 'id'>;

/** Results of models on images, as files in a folder. */
export interface Images {
  readonly folder: string;
  /**
   * What there is of these results, and the job that makes the rest. Without models all is made, at the scale of `run`.
   * Rejects with messages that a person can act on.
   */
  results(image: ImageQuery, models: readonly ModelReference[], run: string | null): Promise<ImageResults>;
  /** Interpolates two models and upscales an image, in a process that stays for the next request. */
  interpolate(query: InterpolationQuery): Promise<InterpolationResult>;
  /** Ends that process. */
  closeInterpolation(): void;
}

export function createImages(
  folder: string,
  programs: () => CommandPrograms,
  engine: () => Promise<string>,
  jobs: Jobs,
): Images {
  const resident = createIdleCommand<Request, PreviewDone>((name, onEnd) =>
    startPreview(programs(), name, onEnd),
  );
  const requestInterpolation = async (request: Request) => resident.send(await engine(), request);

  const makeMissing =
    (request: Request): Work =>
    async (report, signal) => {
      const name = await engine();
      signal.throwIfAborted();
      const child = startPreview(programs(), name, () => undefined);
      signal.addEventListener('abort', () => child.close(), { once: true });
      try {
        await child.send(request, (done, total) =>
          report({ detail: `tile ${done} of ${total}`, done, total }),
        );
      } finally {
        child.close();
        prune(folder);
      }
    };

  return {
    folder,
    async results(image, models, run) {
      const scale = commonScale(models.length > 0 || run === null ? models.map((model) => model.run) : [run]);
      const { width, height } = sizeOf(image, scale);
      const place = join(folder, nameFor(stampOf(image.path), image.role, image.box, scale));
      touch(place);
      const results = models.map((model) => join(place, `${nameOf(model)}.png`));
      const [lr, bicubic, hr] = [join(place, 'lr.png'), join(place, 'bicubic.png'), join(place, 'hr.png')];
      const missing = models.filter((_, index) => !existsSync(results[index] ?? ''));
      const request: Request = {
        image,
        scale,
        models: missing.map(({ checkpoint, interpolatedWith }) => ({
          paths: interpolatedWith === null ? [checkpoint] : [checkpoint, interpolatedWith.checkpoint],
          alpha: interpolatedWith?.alpha ?? 0,
        })),
        results: results.filter((path) => !existsSync(path)),
        lr,
        bicubic,
        hr,
      };
      const isWhole = missing.length === 0 && existsSync(lr) && existsSync(bicubic);
      if (!isWhole && models.length === 0) await requestInterpolation(request);
      const job =
        isWhole || models.length === 0
          ? null
          : jobs.add({ kind: 'image', path: image.path, models: missing }, makeMissing(request));
      const there = (path: string) => (existsSync(path) ? path : null);
      return {
        scale,
        width,
        height,
        lr: there(lr),
        bicubic: there(bicubic),
        hr: there(hr),
        results: results.map(there),
        job,
      };
    },
    async interpolate({ a, b, alpha, image }) {
      const place = join(folder, nameFor(stampOf(image.path), image.role, image.box, 'interpolated'));
      touch(place);
      const path = join(place, `${nameFor(stampOf(a), stampOf(b), alpha)}.png`);
      const { width, height, milliseconds } = await requestInterpolation({
        image,
        scale: null,
        models: [{ paths: [a, b], alpha }],
        results: [path],
        lr: null,
        bicubic: null,
        hr: null,
      });
      return { path, width, height, milliseconds };
    },
    closeInterpolation: resident.close,
  };
}

function nameOf(model: ModelReference): string {
  const weights = weightsOf(openRun(model.run), model);
  if (weights !== undefined) return nameFor(weights);
  throw new WorkbenchError(
    'run',
    `${model.checkpoint} is not a checkpoint with a generator, or no longer exists. Choose another.`,
  );
}

/** The upscaling factor of the models of all these runs; throws a `usage` error where they have not one. */
function commonScale(runs: readonly string[]): number {
  const scales = [...new Set(runs.map((run) => openRun(run).config?.scale_factor))];
  const [scale, ...others] = scales;
  if (scale !== undefined && others.length === 0) return scale;
  throw new WorkbenchError(
    'usage',
    scales.length === 0
      ? 'Choose a model to upscale the image with.'
      : `Results can be compared side by side only if all models have the same scale; these have ${scales.map((each) => (each === undefined ? 'an unknown scale' : `x${each}`)).join(' and ')}.`,
  );
}

/** Of the results. Throws a `data` error where the image cannot be read. */
function sizeOf({ path, role, box }: ImageQuery, scale: number): { width: number; height: number } {
  const found = imageSize(path);
  if (found === undefined) {
    throw new WorkbenchError('data', `${path} is not a readable image (PNG, JPEG, WebP, TIFF, BMP).`);
  }
  const lr = (side: number) => (role === 'hr' ? Math.floor(side / scale) : side);
  const [width, height] = [lr(found.width), lr(found.height)];
  if (box === null) return { width: width * scale, height: height * scale };
  return {
    width: Math.max(0, Math.min(box.width, width - box.x)) * scale,
    height: Math.max(0, Math.min(box.height, height - box.y)) * scale,
  };
}
