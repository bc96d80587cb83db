import { statSync } from 'node:fs';
import type { CommandPrograms } from '../command/programs.ts';
import { runCommand } from '../command/run-command.ts';
import { answerRequests, type RequestHandlers } from '../connection/answer-requests.ts';
import type { EditorConnection } from '../connection/editor-connection.ts';
import type { Manager } from '../experiments/manager.ts';
import type { UpscalingProgress, UpscalingRequests, UpscalingResult } from '../protocol/upscaling.ts';
import { displayableImage } from './displayable-image.ts';
import { bundledSources, checkpointSources, createModelList, fileSources } from './models.ts';
import { createRegionPreviews } from './region-previews.ts';
import { initialProgress, upscaleBatch } from './upscale-batch.ts';
import { tensorReports, weightsReport } from './weights-report.ts';

interface UpscalingSources {
  programs(): CommandPrograms;
  manager(): Promise<Manager>;
  onProgress(progress: UpscalingProgress): void;
}

/**
 * Answers the requests about upscaling images and about files of weights. Batches run one after another, because each
 * uses the whole machine.
 */
export function registerUpscaling(
  connection: EditorConnection,
  { programs, manager, onProgress }: UpscalingSources,
): RequestHandlers {
  const run = (args: readonly string[], signal: AbortSignal) => runCommand(programs(), args, { signal });
  const inspectWith = (signal: AbortSignal) => (args: readonly string[]) => run(['inspect', ...args], signal);
  const models = createModelList();
  const previews = createRegionPreviews(programs);
  let lastBatch: Promise<unknown> = Promise.resolve();

  const shown = ({ failures, ...result }: UpscalingResult): UpscalingResult => ({
    ...result,
    failures: failures.map(({ input, message }) => ({
      input,
      message: connection.withRelativePaths(message),
    })),
  });

  const handlers = answerRequests<keyof UpscalingRequests>(connection, {
    async 'esrgan/upscalingModels'({ files }, signal) {
      const experiments = await manager();
      const runs = (await experiments.runs()).filter(({ kind }) => kind === 'esrgan').map(({ run }) => run);
      const described = await models.describe(inspectWith(signal), [
        ...bundledSources(),
        ...runs.flatMap((each) => checkpointSources(experiments.run(each))),
        ...fileSources(files, runs),
      ]);
      return described.map(({ problem, ...model }) => ({
        ...model,
        problem: problem && connection.withRelativePaths(problem),
      }));
    },
    'esrgan/upscale'(batch, signal) {
      onProgress({ ...initialProgress, batch: batch.batch, phase: 'waiting' });
      const result = lastBatch.then(() =>
        signal.aborted
          ? { bundledModel: null, images: [], failures: [], isCancelled: true }
          : upscaleBatch(programs(), batch, onProgress, signal).then(shown),
      );
      lastBatch = result.catch(() => {});
      return result;
    },
    'esrgan/previewRegion': previews.preview,
    'esrgan/displayableImage': ({ path, folder }, signal) =>
      displayableImage(programs(), path, folder, signal),
    'esrgan/weights': ({ file }, signal) => weightsReport(inspectWith(signal), file),
    'esrgan/tensorValues': ({ file }, signal) => tensorReports(inspectWith(signal), file),
    async 'esrgan/convertWeights'({ file, output }, signal) {
      // The dialog that names the file confirms its replacement.
      await run(['convert', '--overwrite', '--', file, output], signal);
      return { bytes: statSync(output).size };
    },
  });
  return {
    async close() {
      await handlers.close();
      previews.close();
    },
  };
}
