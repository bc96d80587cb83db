import type { Stage } from '../run-state/run-state.ts';

/** Looks at a stage's numbers for what experience knows how to read; each hint is given once. */
export interface Hints {
  /** @returns what to tell after an update with these scalars */
  step(scalars: Readonly<Record<string, number>>): string | undefined;
  /** @returns what to tell after a validation; PSNR in RGB, in dB */
  validation(psnr: number): string | undefined;
}

/** A discriminator whose loss stays below this for so many steps in a row has nothing left to learn. */
const beaten = { loss: 0.01, steps: 500 };
/** A fall by less is within what validations scatter. */
const noticeableFall = 0.3;
/** PSNR within so many dB over so many validations stands still. */
const plateau = { range: 0.02, validations: 10 };

/** @param startPsnr of the weights that the stage began with, in dB; null where it is not known */
export function createHints(stage: Stage, startPsnr: number | null): Hints {
  const given = new Set<string>();
  const once = (text: string, kind: string): string | undefined => {
    if (given.has(kind)) return undefined;
    given.add(kind);
    return `Hint: ${text}`;
  };
  let stepsBeaten = 0;
  const latest: number[] = [];

  return {
    step({ d_adversarial_loss: loss }) {
      stepsBeaten = loss !== undefined && loss < beaten.loss ? stepsBeaten + 1 : 0;
      if (stepsBeaten < beaten.steps) return undefined;
      return once(
        `the discriminator's loss has been below ${beaten.loss} for ${beaten.steps} steps: it tells every image apart, and the generator learns little from it. A smaller \`training.d_lr\` or a smaller discriminator holds it back.`,
        'beaten',
      );
    },
    validation(psnr) {
      latest.push(psnr);
      if (latest.length > plateau.validations) latest.shift();
      if (
        stage === 'training' &&
        startPsnr !== null &&
        psnr < startPsnr - noticeableFall &&
        !given.has('fall')
      ) {
        return once(
          `PSNR fell from ${startPsnr.toFixed(2)} to ${psnr.toFixed(2)} dB. That is what this stage does, not a fault: it trades PSNR, by about 2.4 dB in the published runs, for texture that looks real. Judge it by the samples.`,
          'fall',
        );
      }
      const isFlat =
        latest.length === plateau.validations && Math.max(...latest) - Math.min(...latest) < plateau.range;
      if (!isFlat) return undefined;
      const remedy =
        stage === 'pretraining'
          ? 'A lower learning rate may help; otherwise this stage is done.'
          : 'PSNR says little in this stage: look at the samples whether it still gets better.';
      return once(
        `PSNR has stood still for ${plateau.validations} validations, within ${plateau.range} dB. ${remedy}`,
        'plateau',
      );
    },
  };
}
