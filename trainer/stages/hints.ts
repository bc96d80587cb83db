import type { ResolvedConfig } from '../config/index.ts';
import { formatScore } from '../format/format.ts';
import type { Stage } from '../run-state/run-state.ts';

/** What the scalars of a stage show. */
export interface Hint {
  readonly text: string;
  /** Whether a person should look after the run. */
  readonly isProblem: boolean;
}

/** Recognizes known problems in the scalars of a stage. Gives each hint once. */
export interface Hints {
  /** @returns a hint after an update with these scalars */
  step(scalars: Readonly<Record<string, number>>): Hint | undefined;
  /** @returns a hint after a validation; PSNR in RGB, in dB, of the generator and of bicubic upscaling */
  validation(psnr: number, bicubicPsnr: number): Hint | undefined;
}

/** The loss of a discriminator that is too strong, for this many steps in a row. */
const tooStrong = { loss: 0.01, steps: 500 };
/** Smaller drops of PSNR, in dB, are validation noise. */
const noticeableDrop = 0.3;
/** Pretraining is usually above bicubic upscaling after so many validations. */
const patience = 3;
/** PSNR is flat if it stays within `range` dB for this many validations. */
const plateau = { range: 0.02, validations: 10 };

/** The settings that decide how much a short training learns. */
export type LearningSettings = Pick<ResolvedConfig, 'batch_size'> & {
  readonly pretraining: Pick<ResolvedConfig['pretraining'], 'lr' | 'cr_patch_size' | 'optimizer'>;
  readonly augmentation: Pick<ResolvedConfig['augmentation'], 'compression'>;
};

/** Settings with which a short training learns most; `docs/time-budget.md` has the measurements. */
const short = { lr: 1e-3, batch: 8, patch: 64 };

/** What to change in the settings of a training that is worse than bicubic upscaling. */
function remedyOf({ batch_size: batch, pretraining, augmentation }: LearningSettings): string {
  const { lr, cr_patch_size: patch, optimizer } = pretraining;
  const changes = [
    // Lion needs lower rates than Adam, with which they were measured.
    ...(lr < short.lr && optimizer.type !== 'lion'
      ? [`\`pretraining.lr\` 1e-3 instead of ${lr.toExponential()}`]
      : []),
    ...(batch > short.batch ? [`\`batch_size\` ${short.batch} instead of ${batch}`] : []),
    ...(Math.max(...patch) > short.patch
      ? [`\`pretraining.cr_patch_size\` [64, 64] instead of [${patch.join(', ')}]`]
      : []),
    ...(augmentation.compression ? ['`augmentation.compression: false`'] : []),
  ];
  if (changes.length === 0) {
    return 'Train longer (`pretraining.num_step`), or a smaller network (`generator.num_basic_blocks`), whose steps are faster.';
  }
  return `In a short training, these reach more: ${changes.join(', ')}.`;
}

/** @param startPsnr of the weights that the stage starts from, in dB; null if unknown */
export function createHints(stage: Stage, startPsnr: number | null, settings: LearningSettings): Hints {
  const given = new Set<string>();
  const once = (text: string, kind: string): Hint | undefined => {
    if (given.has(kind)) return undefined;
    given.add(kind);
    return { text: `Hint: ${text}`, isProblem: kind !== 'drop' };
  };
  let steps = 0;
  let validations = 0;
  const latest: number[] = [];

  return {
    step({ d_adversarial_loss: loss }) {
      steps = loss !== undefined && loss < tooStrong.loss ? steps + 1 : 0;
      if (steps < tooStrong.steps) return undefined;
      return once(
        `the discriminator is too strong: its loss has been below ${tooStrong.loss} for ${tooStrong.steps} steps, so the generator gets little useful gradient from it. Lower \`training.d_lr\` or use a smaller discriminator.`,
        'too strong',
      );
    },
    validation(psnr, bicubicPsnr) {
      validations += 1;
      latest.push(psnr);
      if (latest.length > plateau.validations) latest.shift();
      if (
        stage === 'training' &&
        startPsnr !== null &&
        psnr < startPsnr - noticeableDrop &&
        !given.has('drop')
      ) {
        return once(
          `PSNR fell from ${formatScore(startPsnr)} to ${psnr.toFixed(2)} dB. This is expected, not a fault: this stage trades PSNR, about 2.4 dB in the published runs, for realistic texture. Look at the samples instead.`,
          'drop',
        );
      }
      if (
        stage === 'pretraining' &&
        validations >= patience &&
        psnr < bicubicPsnr &&
        !given.has('below bicubic')
      ) {
        return once(
          `PSNR ${formatScore(psnr)} dB is below the ${formatScore(bicubicPsnr)} dB of bicubic upscaling. ${remedyOf(settings)}`,
          'below bicubic',
        );
      }
      const isFlat =
        latest.length === plateau.validations && Math.max(...latest) - Math.min(...latest) < plateau.range;
      if (!isFlat) return undefined;
      const remedy =
        stage === 'pretraining'
          ? 'A lower learning rate may help; otherwise the stage has converged.'
          : 'PSNR says little in this stage: check in the samples whether quality still improves.';
      return once(
        `PSNR has been flat for ${plateau.validations} validations, within ${plateau.range} dB. ${remedy}`,
        'plateau',
      );
    },
  };
}
