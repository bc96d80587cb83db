import { existsSync } from 'node:fs';
import { initFile, type ResolvedConfig } from '../config/index.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { statOf } from '../files/regular-file.ts';
import { generatorFile, generatorOf } from '../runs/checkpoint-files.ts';
import { bestWholeCheckpoint, latestCheckpoint } from '../runs/checkpoints.ts';
import type { RunPaths } from '../runs/run-directory.ts';

/** The generator that the training stage starts from. */
interface TrainingStart {
  /** Its file of weights. */
  readonly file: string;
  /** Its validation PSNR in RGB, in dB; null if unknown. */
  readonly psnr: number | null;
  /** What is wrong with the checkpoints that would have been preferred, in sentences. */
  readonly problems: readonly string[];
}

/**
 * The generator of `training.init`: of the last or the best checkpoint of the run's pretraining (its EMA if there is
 * one), or a file.
 *
 * @throws WorkbenchError `run` if the run does not have the checkpoint
 */
export function findTrainingStart({ training }: ResolvedConfig, paths: RunPaths): TrainingStart {
  const init = initFile(training.init);
  if (!isOwnPretraining(init)) return { file: namedWeights('training.init', init), psnr: null, problems: [] };
  const { checkpoint, problems } =
    init === 'last'
      ? latestCheckpoint(paths, 'pretraining', 'generator')
      : bestWholeCheckpoint(paths, 'pretraining');
  if (!checkpoint) {
    const whole = problems.length > 0 ? 'whole ' : '';
    const missing = init === 'last' ? `no ${whole}checkpoint` : `no ${whole}validated checkpoint`;
    const found = problems.map((problem) => ` ${problem}`).join('');
    throw new WorkbenchError(
      'run',
      `training.init is \`${init}\`, but the run ${paths.name} has ${missing} of its pretraining in ${paths.checkpoints}.${found} Run \`esrgan train ${paths.name}.esrgan.yaml --stage pretraining\` first, or set \`training.init\` to a file of weights.`,
    );
  }
  return { file: generatorOf(checkpoint.path), psnr: checkpoint.state.metrics.psnr ?? null, problems };
}

/**
 * The file of weights that the key `init` of a stage names: of the folder of a checkpoint, its generator (its EMA if there
 * is one).
 *
 * @throws WorkbenchError `data` if it is another folder
 */
export function namedWeights(key: 'pretraining.init' | 'training.init', path: string): string {
  if (!statOf(path)?.isDirectory()) return path;
  const file = generatorOf(path);
  if (existsSync(file)) return file;
  throw new WorkbenchError(
    'data',
    `${key}: the folder ${path} is not a checkpoint: it has no ${generatorFile}. Name a file of weights, or the folder of a checkpoint, which in a run is in \`checkpoints\`.`,
  );
}

/** Whether `training.init` names a checkpoint of the run's own pretraining, not a file of weights. */
export function isOwnPretraining(init: string): init is 'last' | 'best' {
  return init === 'last' || init === 'best';
}
