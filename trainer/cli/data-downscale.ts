import { type Command, InvalidArgumentError, Option } from 'commander';
import { WorkbenchError } from '../errors/errors.ts';
import { type DownscalePlan, downscaleImages, planCopies, planLrImages } from '../preparation/downscale.ts';
import type { FailedImage } from '../preparation/process-images.ts';
import type { Report } from '../preparation/report.ts';
import {
  countOf,
  dryRunOption,
  finishReport,
  jsonOption,
  newerSection,
  type PreparationFlags,
  prepare,
  reportOption,
  reportPath,
  reportPlan,
  withoutSection,
} from './prepare.ts';

interface Flags extends PreparationFlags {
  readonly scale: readonly number[];
  readonly multiscale?: boolean;
}

/** Adds `esrgan data downscale`. */
export function registerDataDownscale(data: Command): void {
  data
    .command('downscale')
    .description("make LR images by MATLAB's bicubic downscaling, or smaller HR copies")
    .argument('<images>', 'folder or glob of HR images; subfolders are included')
    .argument('<folder>', 'folder for the results; with several scales it contains {scale}')
    .addOption(
      new Option('--scale <factors>', 'scale factor of the LR images, or several: 2,3,4')
        .argParser(scalesOf)
        .default([4], '4'),
    )
    .addOption(
      new Option(
        '--multiscale',
        "copies with 3/4, 1/2 and 1/3 of the size and one with a shorter side of 400 pixels, as Real-ESRGAN's training has",
      ),
    )
    .addOption(reportOption('report.html in the folder of the results'))
    .option(...dryRunOption)
    .option(...jsonOption)
    .addHelpText('after', help)
    .action(async (images: string, out: string, flags: Flags) => {
      if (!flags.multiscale && flags.scale.length > 1 && !out.includes('{scale}')) {
        throw new WorkbenchError(
          'usage',
          `With several scales the folder must contain {scale}, as a run file has it: ${out}_x{scale}.`,
        );
      }
      const folder = out.replaceAll('{scale}', String(flags.scale[0]));
      const reportFile = reportPath(flags, folder);
      await prepare(flags, async ({ reporter, observer }) => {
        const plan = flags.multiscale ? planCopies(images, folder) : planLrImages(images, out, flags.scale);
        const [all, missing] = [countResults(plan, 'results'), countResults(plan, 'missing')];
        const summary = countOf(all, 'result');
        const hasReport = reportFile !== undefined;
        reportPlan(reporter, plan, { all, missing, noun: 'results', summary, hasReport });
        if (flags.dryRun) return plan.failed;
        const failed = await downscaleImages(plan, observer);
        await finishReport(reportFile, () => reportOf(images, out, flags, plan, failed), reporter);
        reporter.line(`The images are in ${out}.`);
        return failed;
      });
    });
}

const help = `
LR images have the names of their HR images. A run file then names both, for every scale:
  datasets: { photos: { hr: { train: photos/hr }, lr: { train: "photos/lr_x{scale}" } } }
A command that was interrupted continues when it is started again: existing images are skipped.
`;

function scalesOf(text: string): readonly number[] {
  const scales = text.split(',').map(Number);
  if (scales.some((scale) => ![2, 3, 4, 8].includes(scale)) || new Set(scales).size < scales.length) {
    throw new InvalidArgumentError('Allowed are 2, 3, 4 and 8, with commas between them.');
  }
  return scales;
}

function countResults({ plans }: DownscalePlan, key: 'results' | 'missing'): number {
  return plans.reduce((sum, plan) => sum + plan[key].length, 0);
}

function reportOf(
  images: string,
  out: string,
  { scale, multiscale }: Flags,
  { plans, skipped, cropped, newer }: DownscalePlan,
  failed: readonly FailedImage[],
): Report {
  const bad = [...skipped, ...failed];
  const isCropped = new Set(cropped);
  return {
    title: multiscale ? `Smaller copies of ${images}` : `LR images of ${images}`,
    facts: [
      ['images', images],
      ['results', out],
      multiscale
        ? ['filter', 'Lanczos, 3 lobes']
        : ['filter', `bicubic of MATLAB, scale ${scale.join(', ')}`],
      [
        'result',
        `${plans.reduce((sum, { results }) => sum + results.length, 0)} of ${countOf(plans.length, 'image')}`,
      ],
    ],
    sections: [
      ...withoutSection('Without results', 'These images are too small, or cannot be read.', bad),
      ...newerSection(newer, 'results'),
      {
        title: 'Images',
        explanation:
          'Where sides are not multiples of the scale, the last pixels at the right and the bottom belong to no LR pixel: training and evaluation leave them out.',
        images: plans.map(({ path, results }) => ({
          path,
          text: `${results.map(({ size }) => `${size.width}x${size.height}`).join(', ')}${isCropped.has(path) ? ', cropped' : ''}`,
        })),
      },
    ],
  };
}
