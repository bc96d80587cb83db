import type { Stage } from '../run-state/run-state.ts';
import { type DatasetFiles, missing } from './image-problems.ts';
import type { Finding, RunFile } from './run-file.ts';
import { subject } from './schema-problems.ts';

/** Reports weight files that do not exist. */
export function weightFindings({ config }: RunFile, files: DatasetFiles): Finding[] {
  const { pretraining, training, perceptual_loss } = config;
  const start = ['last', 'best'].includes(training.init) ? undefined : training.init;
  const named: [path: readonly string[], file: string | undefined, stage: Stage][] = [
    [['pretraining', 'init'], pretraining.init, 'pretraining'],
    [['training', 'init'], start, 'training'],
    [['perceptual_loss', 'weights'], perceptual_loss ? perceptual_loss.weights : undefined, 'training'],
  ];
  return named.flatMap(([path, file, stage]) => {
    if (file === undefined || files.exists(file)) return [];
    return { code: 'weights-missing', message: `${subject(path)}: ${missing(file)}`, path, stage };
  });
}
