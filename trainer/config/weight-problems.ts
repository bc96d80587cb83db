import type { Stage } from '../run-state/run-state.ts';
import { type DatasetFiles, missing } from './image-problems.ts';
import type { Finding, RunFile } from './run-file.ts';
import { subject } from './schema-problems.ts';
import { defaultVggFile } from './vgg-file.ts';

/** Reports weight files that do not exist. */
export function weightFindings(run: RunFile, files: DatasetFiles): Finding[] {
  const { pretraining, training, perceptual_loss } = run.config;
  const start = ['last', 'best'].includes(training.init) ? undefined : training.init;
  const named: [path: readonly string[], file: string | undefined, stage: Stage][] = [
    [['pretraining', 'init'], pretraining.init, 'pretraining'],
    [['training', 'init'], start, 'training'],
    [['perceptual_loss', 'weights'], perceptual_loss ? perceptual_loss.weights : undefined, 'training'],
  ];
  return [
    ...named.flatMap(([path, file, stage]): Finding[] => {
      if (file === undefined || files.exists(file)) return [];
      return [{ code: 'weights-missing', message: `${subject(path)}: ${missing(file)}`, path, stage }];
    }),
    ...vggFindings(run, files),
  ];
}

/** Reports a perceptual loss whose network was not downloaded. */
function vggFindings({ config: { perceptual_loss: loss } }: RunFile, files: DatasetFiles): Finding[] {
  if (!loss || loss.weights !== undefined || files.exists(defaultVggFile(loss.vgg_type))) return [];
  const type = loss.vgg_type;
  return [
    {
      code: 'vgg-missing',
      message: `the perceptual loss needs the weights of ${type}, which are not downloaded: run \`esrgan weights download ${type}\`, or set \`perceptual_loss: false\``,
      path: ['perceptual_loss', 'vgg_type'],
      related: [
        [['perceptual_loss'], 'perceptual loss'],
        [['training'], 'this stage has a perceptual loss unless `perceptual_loss` is `false`'],
      ],
      stage: 'training',
    },
  ];
}
