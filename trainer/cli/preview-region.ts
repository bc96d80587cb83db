import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { isRegionRequest, type RegionEvent, type RegionRequest } from '../cli-output/preview-region.ts';
import { engineChoices } from '../engine/engines.ts';
import { messageOf, WorkbenchError } from '../errors/errors.ts';
import { modelsOf } from '../guards/model-chain.ts';
import { removeTemporaries, temporaryPath } from '../runs/atomic-file.ts';
import { upscaleRegion } from '../upscale/upscale-region.ts';
import type { Upscaler } from '../upscale/upscaler.ts';
import { stampOf } from './file-stamp.ts';
import { type OpenModel, openChain } from './open-chain.ts';
import { endWithParent } from './parent.ts';
import { print } from './terminal.ts';
import { writePng } from './write-png.ts';

/** Models that stay open, with the programs that their engines compiled: those of one preview. */
const openModels = 4;

/**
 * Adds the hidden `esrgan preview-region`, which answers requests, one JSON object per line, until its input ends. Its models
 * and their programs stay open for the next region.
 */
export function registerPreviewRegion(
  program: Command,
  openModel: OpenModel,
  weightsOf: (model: string) => string,
): void {
  program
    .command('preview-region', { hidden: true })
    .option('--engine <engine>', engineChoices, 'auto')
    .action(async ({ engine }: { engine: string }) => {
      endWithParent();
      const upscalers = new Map<string, Promise<Upscaler>>();
      const emit = (event: RegionEvent) => print(`${JSON.stringify(event)}\n`);
      for await (const line of createInterface({ input: process.stdin })) {
        const request: unknown = JSON.parse(line);
        if (!isRegionRequest(request)) throw new WorkbenchError('usage', `Not a valid request: ${line}`);
        try {
          emit(await answer(request));
        } catch (error) {
          emit({ id: request.id, event: 'failed', message: messageOf(error) });
        }
      }
      for (const upscaler of upscalers.values()) await (await upscaler).close();

      async function answer({ id, image, region, result, ...request }: RegionRequest): Promise<RegionEvent> {
        const started = performance.now();
        const upscaler = await upscalerOf(request);
        removeTemporaries(dirname(result));
        const upscaled = await upscaleRegion(
          upscaler,
          image,
          region,
          temporaryPath(result, '.v'),
          (done, total) => emit({ id, event: 'progress', done, total }),
        );
        await writePng(result, upscaled);
        const { width, height } = upscaled;
        return { id, event: 'done', width, height, milliseconds: performance.now() - started };
      }

      async function upscalerOf({
        models,
        scale,
        tta,
      }: Pick<RegionRequest, 'models' | 'scale' | 'tta'>): Promise<Upscaler> {
        const chain = models ?? { model: 'bicubic', second: null, next: [] };
        const stamps = modelsOf(chain).map((name) => (name === 'bicubic' ? scale : stampOf(weightsOf(name))));
        const key = JSON.stringify([chain, stamps, tta]);
        const upscaler = upscalers.get(key) ?? openChain(openModel, chain, { engine, scale, tta });
        upscalers.delete(key);
        upscaler.catch(() => upscalers.delete(key));
        upscalers.set(key, upscaler);
        const [oldest] = upscalers;
        if (upscalers.size > openModels && oldest) {
          upscalers.delete(oldest[0]);
          await (await oldest[1]).close();
        }
        return upscaler;
      }
    });
}
