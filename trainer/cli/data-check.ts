import type { Command } from 'commander';
import { configForStage, readRunFile, readRunFileText } from '../config/index.ts';
import { WorkbenchError } from '../errors/errors.ts';
import {
  type CheckedSet,
  type CheckResult,
  checkedSet,
  checkImages,
  type FindingKind,
  findingKinds,
  scaleOf,
  setsOfRunFile,
} from '../preparation/check.ts';
import type { Report } from '../preparation/report.ts';
import { stages, stagesOf } from '../run-state/run-state.ts';
import {
  countOf,
  dryRunOption,
  finishReport,
  jsonOption,
  type PreparationFlags,
  prepare,
  reportOption,
  reportPath,
} from './prepare.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags extends PreparationFlags {
  readonly scale?: number;
  readonly dataset?: string;
}

/** Adds `esrgan data check`. */
export function registerDataCheck(data: Command): void {
  data
    .command('check')
    .description('check the images of a run file or folder: pairs, damage, duplicates, quality')
    .argument('<images>', 'a run file (YAML or JSON), or a folder or glob of HR images')
    .argument('[lr images]', 'folder or glob of LR images, of a folder of HR images')
    .option(
      '--scale <factor>',
      'of the pairs (default: that of the run file, or of the first pair)',
      wholeNumber,
    )
    .option('--dataset <name>', 'only this data set of a run file')
    .addOption(reportOption('none'))
    .option(...dryRunOption)
    .option(...jsonOption)
    .action(async (images: string, lr: string | undefined, flags: Flags) => {
      const reportFile = reportPath(flags, undefined);
      const { sets, scale, note } = setsOf(images, lr, flags);
      await prepare(flags, async ({ reporter, observer }) => {
        const total = sets.reduce((sum, { hr }) => sum + hr.length, 0);
        reporter.event({ event: 'plan', images: total, results: 0, existing: 0, skipped: 0 });
        if (note !== undefined) reporter.line(note);
        for (const set of sets) {
          const pairs = set.lr ? `, ${countOf(set.lr.images.length, 'LR image')} at scale ${scale}` : '';
          reporter.line(`${set.name}: ${countOf(set.hr.length, 'image')}${pairs}`);
        }
        if (flags.dryRun) return [];
        const result = await checkImages(sets, scale, observer);
        for (const finding of result.findings) {
          const { path, other, message } = finding;
          reporter.line(`${path}: ${message}${other === undefined ? '' : ` (${other})`}`);
          reporter.event({ event: 'finding', ...finding, other: other ?? null });
        }
        reporter.line(summaryOf(result));
        reporter.event({ event: 'done', images: result.images, findings: result.findings.length });
        await finishReport(reportFile, () => reportOf(images, sets, scale, result), reporter);
        return [];
      });
    });
}

function setsOf(
  images: string,
  lr: string | undefined,
  { scale, dataset }: Flags,
): { readonly sets: readonly CheckedSet[]; readonly scale: number; readonly note?: string } {
  if (/\.(ya?ml|json)$/i.test(images)) {
    if (lr !== undefined) {
      throw new WorkbenchError(
        'usage',
        'A run file names its LR images itself: leave out the second folder.',
      );
    }
    // Without the disk: missing images are what the check reports.
    const read = readRunFile(readRunFileText(images), { file: images });
    const { config } = configForStage(images, read, 'all');
    const named = read.hasTraining ? stages : stagesOf('pretraining');
    const sets = setsOfRunFile(config, named, dataset);
    if (sets.length === 0) {
      throw new WorkbenchError(
        'data',
        `No stage of ${images} uses ${dataset === undefined ? 'a data set' : `the data set \`${dataset}\``}.`,
      );
    }
    return {
      sets,
      scale: scale ?? config.scale_factor,
      ...(!read.hasTraining && {
        note: `${images} has no \`training\`: the data sets of its pretraining are checked.`,
      }),
    };
  }
  const set = checkedSet(images, null, images, lr);
  return { sets: [set], scale: scale ?? scaleOf(set) ?? 4 };
}

function summaryOf({ images, findings }: CheckResult): string {
  if (findings.length === 0) return `${countOf(images, 'image')}: nothing found.`;
  const counts = findingKinds.flatMap((kind) => {
    const count = findings.filter((finding) => finding.kind === kind).length;
    return count === 0 ? [] : [`${titles[kind].toLowerCase()} ${count}`];
  });
  return `${countOf(images, 'image')}: ${counts.join(', ')}.`;
}

const titles: Readonly<Record<FindingKind, string>> = {
  unreadable: 'Unreadable',
  'no-pair': 'Without a pair',
  size: 'Of another size',
  'other-image': 'Of another image',
  shifted: 'Shifted',
  leak: 'In training and validation',
  duplicate: 'Duplicates',
  blank: 'Blank',
  upscaled: 'Without fine detail',
  compressed: 'Compressed',
  gray: 'Gray',
};

const explanations: Readonly<Record<FindingKind, string>> = {
  unreadable:
    'Training replaces these by other images, each time anew. Copy or export them again, or remove them.',
  'no-pair':
    'HR and LR images pair by name; LR names may end in x4 or _x4. `esrgan data downscale` makes LR images.',
  size: 'An HR image must be as large as its LR image times the scale. Make the LR images again.',
  'other-image': 'The LR image shows something else than its HR image: check their names.',
  shifted:
    'A shift makes every model blurry: it must learn to move the image. Resizing by nearest neighbor, and some programs, shift by less than a pixel. Make the LR images again.',
  leak: 'Scores on images that a model was trained on say nothing. Remove them from one of both.',
  duplicate: 'The same pixels twice. Training sees such an image more often than the others.',
  blank: 'There is nothing to learn from images of one color.',
  upscaled:
    'Upscaled or blurred images teach a model to make blurry images. Use originals, or downscale them.',
  compressed: 'A model learns to add the blocks of JPEG. Use originals, or downscale by 2, which hides them.',
  gray: 'Gray images among others in color are no harm if they are few.',
};

function reportOf(
  images: string,
  sets: readonly CheckedSet[],
  scale: number,
  { images: count, findings }: CheckResult,
): Report {
  return {
    title: `Check of ${images}`,
    facts: [
      ...sets.map(
        ({ name, hr, lr }) =>
          [
            name,
            lr
              ? `${hr.length} HR, ${lr.images.length} LR images, scale ${scale}`
              : countOf(hr.length, 'image'),
          ] as const,
      ),
      ['result', summaryOf({ images: count, findings })],
    ],
    sections: findingKinds.flatMap((kind) => {
      const found = findings.filter((finding) => finding.kind === kind);
      if (found.length === 0) return [];
      const shown = found.map(({ path, other, message }) => ({
        path,
        text: other === undefined ? message : `${message} (${other})`,
      }));
      return [{ title: titles[kind], explanation: explanations[kind], images: shown }];
    }),
  };
}
