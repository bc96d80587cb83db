import { type Command, InvalidArgumentError } from 'commander';
import type { FailedImage } from '../preparation/process-images.ts';
import type { Report } from '../preparation/report.ts';
import { cutTiles, planTiles, type TileOptions, type TilesPlan } from '../preparation/tiles.ts';
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
import { wholeNumber } from './whole-number.ts';

interface Flags extends PreparationFlags, TileOptions {}

/** Adds `esrgan data tiles`. */
export function registerDataTiles(data: Command): void {
  data
    .command('tiles')
    .description('cut images into overlapping tiles, which load faster than whole images')
    .argument('<images>', 'folder or glob; subfolders are included')
    .argument('<folder>', 'folder for the tiles, as <name>_s001.png')
    .option('--size <pixels>', 'side of a tile', wholeNumber, 480)
    .option('--step <pixels>', 'from a tile to the next', wholeNumber, 240)
    .option(
      '--min-edge <pixels>',
      'a further tile covers the edge if the others leave more than this',
      pixels,
      0,
    )
    .addOption(reportOption('report.html in the folder of the tiles'))
    .option(...dryRunOption)
    .option(...jsonOption)
    .addHelpText('after', pairsHelp)
    .action(async (images: string, out: string, flags: Flags) => {
      const reportFile = reportPath(flags, out);
      await prepare(flags, async ({ reporter, observer }) => {
        const plan = planTiles(images, out, flags);
        const [all, missing] = [countTiles(plan, 'tiles'), countTiles(plan, 'missing')];
        const summary = `${countOf(all, 'tile')} of ${flags.size}x${flags.size}`;
        const hasReport = reportFile !== undefined;
        reportPlan(reporter, plan, { all, missing, noun: 'tiles', summary, hasReport });
        if (flags.dryRun) return plan.failed;
        const failed = await cutTiles(plan, flags, observer);
        await finishReport(reportFile, () => reportOf(images, out, flags, plan, failed), reporter);
        reporter.line(`The tiles are in ${out}.`);
        return failed;
      });
    });
}

const pairsHelp = `
Tiles of LR images pair with those of HR images if size, step and edge are divided by the scale:
  esrgan data tiles DIV2K_train_HR hr_tiles --size 480 --step 240
  esrgan data tiles DIV2K_train_LR_bicubic/X4 lr_tiles --size 120 --step 60
A command that was interrupted continues when it is started again: existing tiles are skipped.
`;

function countTiles({ plans }: Pick<TilesPlan, 'plans'>, key: 'tiles' | 'missing'): number {
  return plans.reduce((sum, plan) => sum + plan[key].length, 0);
}

function reportOf(
  images: string,
  out: string,
  { size, step, minEdge }: Flags,
  { plans, skipped, newer }: TilesPlan,
  failed: readonly FailedImage[],
): Report {
  const bad = [...skipped, ...failed];
  return {
    title: `Tiles of ${images}`,
    facts: [
      ['images', images],
      ['tiles', out],
      ['size, step, least edge', `${size}, ${step}, ${minEdge} pixels`],
      ['result', `${countOf(countTiles({ plans }, 'tiles'), 'tile')} of ${countOf(plans.length, 'image')}`],
    ],
    sections: [
      ...withoutSection('Without tiles', 'These images are smaller than a tile, or cannot be read.', bad),
      ...newerSection(newer, 'tiles'),
      {
        title: 'Images',
        explanation: 'The number of tiles of each image.',
        images: plans.map(({ path, tiles }) => ({ path, text: countOf(tiles.length, 'tile') })),
      },
    ],
  };
}

function pixels(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
