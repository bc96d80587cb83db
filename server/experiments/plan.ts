import {
  type ConfigChange,
  describeChange,
  stageChanges,
  startsFromPretraining,
  tryReadTrainedConfig,
} from '../../trainer/config/index.ts';
import { type Stage, stagesOf } from '../../trainer/run-state/run-state.ts';
import { generatorOf } from '../../trainer/runs/checkpoint-files.ts';
import { latestCheckpoint } from '../../trainer/runs/checkpoints.ts';
import { isStageStarted, readManifest } from '../../trainer/runs/manifest.ts';
import type { RunPaths } from '../../trainer/runs/run-directory.ts';
import type { StartPlan } from '../protocol/runs.ts';
import type { RunRequest } from './start.ts';

/** What a request would do in its run as it is now. Starts nothing. */
export function planOf({ run, stage, config, file }: RunRequest): StartPlan {
  const [first] = stagesOf(stage);
  const progress = progressOf(run, first);
  const trained = progress === 'new' ? undefined : tryReadTrainedConfig(run, first);
  const changes = trained === undefined ? [] : stageChanges(first, trained, config);
  // Its files are read to know whether they are whole.
  const { checkpoint } = stage === 'training' ? latestCheckpoint(run, 'pretraining', 'generator') : {};
  return {
    run: run.root,
    stage,
    file,
    progress,
    changes: changes.map((change) => ({ key: change.key, text: describeChange(change) })),
    canResume: !changes.some(changesNetworks),
    startsFromPretraining: startsFromPretraining(config),
    pretrained: checkpoint === undefined ? null : generatorOf(checkpoint.path),
  };
}

function progressOf(run: RunPaths, stage: Stage): StartPlan['progress'] {
  if (!isStageStarted(run, stage)) return 'new';
  const last = readManifest(run)?.sessions.findLast(({ start }) => start.stage === stage);
  return last?.stop?.reason === 'finished' ? 'finished' : 'started';
}

const networkKeys =
  /^(scale_factor|img_channels|discriminator\.(?!init$).*|generator\.(rrdb_channels|growth_channels|num_basic_blocks)|(pretraining|training)\.([gd]_)?optimizer\.type)$/;

/** Whether the checkpoints from before the change have other tensors. */
function changesNetworks({ key }: ConfigChange): boolean {
  return networkKeys.test(key);
}
