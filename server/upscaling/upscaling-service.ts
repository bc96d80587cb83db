import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CancellationToken, Connection } from 'vscode-languageserver/node';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { isCount, isObject, isString } from '../../trainer/guards/guards.ts';
import type { Manager } from '../experiments/manager.ts';
import type { Programs } from '../experiments/start.ts';
import { failureOf } from '../failure.ts';
import { parseObject, runCommand } from '../jobs/command-child.ts';
import type { ParamsOf, ResultOf } from '../protocol/messages.ts';
import type { DrawableImage, UpscalingProgress, UpscalingRequests } from '../protocol/upscaling.ts';
import { bundledSources, checkpointSources, createModelList, fileSources } from './models.ts';
import { beginning, upscaleBatch } from './upscale-batch.ts';
import { tensorValues, weightsReport } from './weights-report.ts';

type Handlers = {
  readonly [Name in keyof UpscalingRequests]: (
    params: ParamsOf<Name>,
    signal: AbortSignal,
  ) => Promise<ResultOf<Name>>;
};

/** What the service needs of the rest of the server. */
export interface UpscalingSources {
  programs(): Pick<Programs, 'node' | 'esrgan'>;
  manager(): Promise<Manager>;
  tell(progress: UpscalingProgress): void;
}

const isDrawable = isObject<DrawableImage>({
  path: isString,
  width: isCount,
  height: isCount,
  bytes: isCount,
});

/** Where the extension keeps the models that it brings along; this program lies in `dist/`. */
const bundledModels = fileURLToPath(new URL('../media/models', import.meta.url));

/** Copies of images that nobody has looked at for so long, in milliseconds, are deleted. */
const copyAge = 24 * 3600_000;

/**
 * Answers the messages about upscaling images and about files of weights. Batches wait for each other: each fills the
 * machine.
 *
 * @returns what ends all that it has begun; resolves when nothing of it is left
 */
export function registerUpscaling(
  connection: Connection,
  { programs, manager, tell }: UpscalingSources,
): () => Promise<void> {
  const closing = new AbortController();
  const run = (words: readonly string[], signal: AbortSignal) =>
    runCommand(programs(), words, { signal, onEvent: () => {} });
  const inspectWith = (signal: AbortSignal) => (words: readonly string[]) =>
    run(['inspect', ...words], signal);
  const models = createModelList(inspectWith(closing.signal));
  let lastBatch: Promise<unknown> = Promise.resolve();

  const handlers: Handlers = {
    async 'esrgan/upscalingModels'({ files }) {
      const known = await manager();
      const runs = (await known.runs()).filter(({ kind }) => kind === 'esrgan').map((each) => each.run);
      return models.describe([
        ...bundledSources(bundledModels),
        ...runs.flatMap((each) => checkpointSources(each, known.run(each).checkpoints)),
        ...fileSources(files, runs),
      ]);
    },
    'esrgan/upscale'(batch, signal) {
      tell({ ...beginning, batch: batch.batch, phase: 'waiting' });
      const result = lastBatch.then(() =>
        signal.aborted
          ? { images: [], failures: [], isCancelled: true }
          : upscaleBatch(programs(), batch, tell, signal),
      );
      lastBatch = result.catch(() => {});
      return result;
    },
    async 'esrgan/drawableImage'({ path, folder }, signal) {
      mkdirSync(folder, { recursive: true });
      removeOldCopies(folder);
      const found = statSync(path, { throwIfNoEntry: false });
      if (found === undefined) throw new WorkbenchError('data', `${path} is not there any more.`);
      const state = createHash('sha256').update(`${path}\n${found.size}\n${found.mtimeMs}`).digest('hex');
      const drawable = parseObject(
        await run(['drawable', '--', path, join(folder, `${state.slice(0, 32)}.png`)], signal),
      );
      if (!isDrawable(drawable)) throw new Error(`esrgan drawable answered nothing of ${path}`);
      return drawable;
    },
    'esrgan/weights': ({ file }, signal) => weightsReport(inspectWith(signal), file),
    'esrgan/tensorValues': ({ file }, signal) => tensorValues(inspectWith(signal), file),
    async 'esrgan/convertWeights'({ file, output }, signal) {
      await run(['convert', '--', file, output], signal);
      return { bytes: statSync(output).size };
    },
  };

  const underway = new Set<Promise<unknown>>();
  const answer = <Name extends keyof UpscalingRequests>(name: Name) =>
    connection.onRequest(name, async (params: ParamsOf<Name>, token: CancellationToken): Promise<unknown> => {
      const cancelled = new AbortController();
      if (token.isCancellationRequested) cancelled.abort();
      token.onCancellationRequested(() => cancelled.abort());
      const work = handlers[name](params, AbortSignal.any([cancelled.signal, closing.signal]));
      underway.add(work);
      try {
        return await work;
      } catch (error) {
        throw failureOf(error, connection);
      } finally {
        underway.delete(work);
      }
    });
  for (const name in handlers) if (isName(name)) answer(name);

  function isName(name: string): name is keyof UpscalingRequests {
    return name in handlers;
  }

  return async () => {
    closing.abort();
    await Promise.allSettled(underway);
  };
}

function removeOldCopies(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (extname(name) === '.png' && found && Date.now() - found.atimeMs > copyAge)
      rmSync(path, { force: true });
  }
}
