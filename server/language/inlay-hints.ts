import type { InlayHint, Range } from 'vscode-languageserver-types';
import {
  optimizationOf,
  type Path,
  patchesPerStep,
  type ResolvedConfig,
  stageSeconds,
  totalSteps,
} from '../../trainer/config/index.ts';
import {
  formatCount,
  formatRoughBytes,
  formatRoughDuration,
  formatRoughly,
  formatShortCount,
} from '../../trainer/format/format.ts';
import { type Stage, stages } from '../../trainer/run-state/run-state.ts';
import type { RunDocument } from './document.ts';
import {
  epochOf,
  lrPatch,
  type Machine,
  memoryEstimate,
  parameterCounts,
  type StageLength,
  stageLength,
  timeEstimate,
} from './estimates.ts';
import { lenientConfig } from './lenient-config.ts';
import { entryAt, isBlock } from './nodes.ts';

/** What the hints need to know besides the text. */
export interface HintSources {
  /** Number of images that a folder or glob contains, or a `meta_info` list names; `undefined` if unknown. */
  countImages(pattern: string): number | undefined;
  readonly machine: Machine;
}

/** A hint after the value of a key. */
interface Hint {
  readonly path: Path;
  readonly label: string;
  readonly tooltip?: string;
}

/** Derived values of a run file, after the keys that they depend on. Keys that the text lacks have no hints. */
export function inlayHints(document: RunDocument, range: Range, sources: HintSources): InlayHint[] {
  const config = lenientConfig(document);
  if (!config) return [];
  const lengths = {
    pretraining: stageLength(config, 'pretraining', sources.countImages),
    training: stageLength(config, 'training', sources.countImages),
  };
  const hints = [
    ...batchHints(lengths),
    { path: ['accumulate'], label: `${formatCount(patchesPerStep(config))} patches per step` },
    ...stages.flatMap((stage) => [
      ...costHints(config, stage, lengths[stage], sources.machine),
      patchHint(config, stage),
      ...lengthHints(config, stage, lengths[stage]),
      ...decayHints(config, stage, lengths[stage]),
      ...scheduleHints(config, stage, lengths[stage]),
    ]),
    ...networkHints(config, sources.machine),
  ];
  const [from, to] = [document.offsetAt(range.start), document.offsetAt(range.end)];
  return hints
    .flatMap(({ path, label, tooltip }) => {
      const at = afterValue(document, path);
      if (at === undefined || at < from || at > to) return [];
      return [{ at, label, tooltip }];
    })
    .toSorted((a, b) => a.at - b.at)
    .map(({ at, label, tooltip }) => ({
      position: document.positionAt(at),
      // Without the dot, `4` and `8 steps per epoch` read as 48 steps.
      label: `· ${label}`,
      paddingLeft: true,
      ...(tooltip !== undefined && { tooltip }),
    }));
}

/** The offset after a value, or after the colon of a section in block style. */
function afterValue(document: RunDocument, path: Path): number | undefined {
  const entry = entryAt(document, path);
  if (!entry?.keySpan) return undefined;
  if (entry.valueSpan && !isBlock(entry.value)) return entry.valueSpan.end;
  const colon = document.text.indexOf(':', entry.keySpan.end);
  return colon < 0 ? undefined : colon + 1;
}

function batchHints({ pretraining, training }: Record<Stage, StageLength | undefined>): Hint[] {
  const lengthOf = ({ stepsPerEpoch, images }: StageLength) =>
    `${formatCount(stepsPerEpoch)} step${stepsPerEpoch === 1 ? '' : 's'} per epoch (${formatCount(images)} images)`;
  const path = ['batch_size'];
  if (pretraining && training && pretraining.images !== training.images) {
    return [
      {
        path,
        label: `${lengthOf(pretraining)}, then ${lengthOf(training)}`,
        tooltip: 'First pretraining, then training',
      },
    ];
  }
  const either = pretraining ?? training;
  return either ? [{ path, label: lengthOf(either) }] : [];
}

function patchHint(config: ResolvedConfig, stage: Stage): Hint {
  const [height, width] = lrPatch(config, stage);
  return {
    path: [stage, 'cr_patch_size'],
    label: `LR ${height}×${width}`,
    tooltip: 'Height and width of the LR patch, the input of the generator',
  };
}

function lengthHints(config: ResolvedConfig, stage: Stage, length: StageLength | undefined): Hint[] {
  if (!length) return [];
  const { num_epoch, num_step } = config[stage];
  const { stepsPerEpoch, steps } = length;
  const ofEpochs = totalSteps({ num_epoch }, stepsPerEpoch);
  const last = formatCount(epochOf(steps, length));
  if (num_step === undefined || num_step > ofEpochs) {
    return [
      { path: [stage, 'num_epoch'], label: `${formatCount(ofEpochs)} steps` },
      {
        path: [stage, 'num_step'],
        label: `not reached: ends at step ${formatCount(ofEpochs)}`,
      },
    ];
  }
  return [
    {
      path: [stage, 'num_epoch'],
      label: num_step < ofEpochs ? `not reached: ends in epoch ${last}` : `${formatCount(ofEpochs)} steps`,
    },
    { path: [stage, 'num_step'], label: `epoch ${last}` },
  ];
}

function decayHints(config: ResolvedConfig, stage: Stage, length: StageLength | undefined): Hint[] {
  if (!length) return [];
  if (stage === 'pretraining') {
    const { sched_step } = config.pretraining;
    return [
      {
        path: [stage, 'sched_step'],
        label: epochsText([sched_step], length),
        tooltip: 'Epoch of the first learning-rate decay',
      },
    ];
  }
  return (['g_sched_steps', 'd_sched_steps'] as const).flatMap((key) => {
    const steps = config.training[key];
    if (steps.length === 0) return [];
    return [{ path: [stage, key], label: epochsText(steps, length) }];
  });
}

/** The keys of the schedules of a stage. */
const schedules = {
  pretraining: [['schedule', 'pretraining']],
  training: [
    ['g_schedule', 'generator'],
    ['d_schedule', 'discriminator'],
  ],
} as const;

function scheduleHints(config: ResolvedConfig, stage: Stage, length: StageLength | undefined): Hint[] {
  if (!length || length.steps === 0) return [];
  return schedules[stage].flatMap(([key, network]) => {
    const { schedule, learningRate } = optimizationOf(config, network);
    const decays =
      schedule.type === 'step'
        ? [schedule.step_size]
        : schedule.type === 'multi_step'
          ? schedule.milestones
          : [];
    const warmUp = schedule.warmup_steps > 0 ? [schedule.warmup_steps] : [];
    return [
      {
        path: [stage, key],
        label: `${rateText(learningRate(length.steps))} at the end`,
        tooltip: 'Learning rate of the last step of the stage',
      },
      ...[
        { name: 'warmup_steps', steps: warmUp },
        { name: schedule.type === 'step' ? 'step_size' : 'milestones', steps: decays },
      ]
        .filter(({ steps }) => steps.length > 0)
        .map(({ name, steps }) => ({ path: [stage, key, name], label: epochsText(steps, length) })),
    ];
  });
}

/** `epochs 1, 20` */
function epochsText(steps: readonly number[], length: StageLength): string {
  const epochs = steps.map((step) => formatCount(epochOf(step, length)));
  return `epoch${steps.length > 1 ? 's' : ''} ${epochs.join(', ')}`;
}

/** A learning rate in two digits, such as `2.5e-5`. */
function rateText(rate: number): string {
  return Number(rate.toPrecision(2)).toExponential();
}

/** Time per step and of the whole stage, after its key. */
function costHints(
  config: ResolvedConfig,
  stage: Stage,
  length: StageLength | undefined,
  machine: Machine,
): Hint[] {
  const time = timeEstimate(config, stage, machine);
  if (!time) return [];
  const { value, digits, isMeasured, basis } = time;
  const total = length ? ` · ${formatRoughDuration(stageSeconds(length.steps, value), digits)} in total` : '';
  return [
    {
      path: [stage],
      label: `${isMeasured ? '' : 'about '}${formatRoughly(value, digits)} s/step${total}`,
      tooltip: `${isMeasured ? 'Measured' : 'Estimated'}; the total has a tenth for validation, samples and checkpoints. ${basis}`,
    },
  ];
}

function networkHints(config: ResolvedConfig, machine: Machine): Hint[] {
  const counts = parameterCounts(config);
  const exact = (count: number) => `${formatCount(count)} parameters.`;
  const memory = (stage: Stage) => {
    const { value, digits, basis } = memoryEstimate(config, stage, machine);
    return {
      label: `≈ ${formatRoughBytes(value, digits)} in ${stage}`,
      tooltip: `Estimated memory of ${stage} with batch size ${config.batch_size}. ${basis}`,
    };
  };
  const merged =
    counts.upscaling === counts.generator
      ? ''
      : ` It is trained with ${formatCount(counts.generator)}, which are merged afterwards.`;
  const [first, second] = [memory('pretraining'), memory('training')];
  return [
    {
      path: ['generator'],
      label: `${formatShortCount(counts.upscaling)} parameters · ${first.label}`,
      tooltip: `${exact(counts.upscaling)}${merged} ${first.tooltip}`,
    },
    {
      path: ['discriminator'],
      label: `${formatShortCount(counts.discriminator)} parameters · ${second.label}`,
      tooltip: `${exact(counts.discriminator)} ${second.tooltip}`,
    },
    ...(counts.vgg > 0
      ? [
          {
            path: config.training.losses.some(({ name }) => name === 'perceptual_loss')
              ? ['perceptual_loss']
              : ['training', 'losses'],
            label: `${formatShortCount(counts.vgg)} frozen parameters`,
            tooltip: exact(counts.vgg),
          },
        ]
      : []),
  ];
}
