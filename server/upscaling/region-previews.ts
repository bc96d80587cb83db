import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  isRegionDone,
  type RegionDone,
  type RegionRequest,
} from '../../trainer/cli-output/preview-region.ts';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { createFolderSync } from '../../trainer/files/create-folder.ts';
import { statOf } from '../../trainer/files/regular-file.ts';
import { modelsOf } from '../../trainer/guards/model-chain.ts';
import { imageSize } from '../../trainer/image-files/image-size.ts';
import { createIdleCommand } from '../command/idle-command.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { startResident } from '../command/resident-command.ts';
import { largestRegionSide, type RegionPreview, type RegionQuery } from '../protocol/upscaling.ts';
import { removeOldCopies } from './displayable-image.ts';
import { stateOf } from './models.ts';

/** Upscaled regions of images. */
interface RegionPreviews {
  /**
   * Upscales a region after the ones requested before, in a process that keeps its models for the next one. An abort ends that
   * process: an engine that is at work cannot stop otherwise.
   *
   * @throws WorkbenchError `usage` for a region that is too large; `interrupted` when `signal` aborted; else with the message
   * of the command
   */
  preview(query: RegionQuery, signal: AbortSignal): Promise<RegionPreview>;
  /** Ends the process. */
  close(): void;
}

export function createRegionPreviews(programs: () => CommandPrograms): RegionPreviews {
  const resident = createIdleCommand<Omit<RegionRequest, 'id'>, RegionDone>((engine, onEnd) =>
    startResident(programs(), ['preview-region', '--engine', engine], isRegionDone, onEnd),
  );
  let last: Promise<unknown> = Promise.resolve();

  async function upscale(query: RegionQuery, path: string, signal: AbortSignal): Promise<RegionPreview> {
    if (signal.aborted) throw new WorkbenchError('interrupted', 'Cancelled.');
    const { image, region, models, scale, isBetter, engine } = query;
    signal.addEventListener('abort', resident.close, { once: true });
    try {
      const request = { image, region, models, scale, tta: isBetter, result: path };
      const { width, height, milliseconds } = await resident.send(engine, request);
      return { path, width, height, milliseconds };
    } finally {
      signal.removeEventListener('abort', resident.close);
    }
  }

  return {
    async preview(query, signal) {
      const { region, folder } = query;
      if (Math.max(region.width, region.height) > largestRegionSide) {
        throw new WorkbenchError(
          'usage',
          `The region has ${region.width}x${region.height} pixels. Choose one of at most ${largestRegionSide} a side.`,
        );
      }
      const path = join(folder, `${nameOf(query)}.png`);
      const known = imageSize(path);
      if (known !== undefined) return { path, width: known.width, height: known.height, milliseconds: null };
      createFolderSync(folder);
      removeOldCopies(folder);
      const result = last.then(() => upscale(query, path, signal));
      last = result.catch(() => {});
      return result;
    },
    close: resident.close,
  };
}

/** Identifies a result: another state of the image or of a model has another name. */
function nameOf({ image, region, models, scale, isBetter }: RegionQuery): string {
  const found = statOf(image);
  const names = models ? modelsOf(models) : [];
  const state = [image, found?.size, found?.mtimeMs, region, models ?? scale, names.map(stateOf), isBetter];
  return createHash('sha256').update(JSON.stringify(state)).digest('hex').slice(0, 32);
}
