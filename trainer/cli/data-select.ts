import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Report } from '../preparation/report.ts';
import {
  copySelected,
  defaultSelection,
  type Selection,
  type SelectOptions,
  selectImages,
} from '../preparation/select.ts';
import { sourceImages } from '../preparation/source-images.ts';
import { assertWritable } from '../preparation/write-image.ts';
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

interface Flags extends PreparationFlags {
  readonly minDetail: number;
  readonly maxBlockiness: number;
  readonly maxNoise: number;
  readonly maxBlur: number;
  /** `false`: `--no-duplicates-check`. */
  readonly duplicateBits: number;
}

/** Adds `esrgan data select`. */
export function registerDataSelect(data: Command): void {
  const { minDetail, maxBlockiness, maxNoise, maxBlur, duplicateBits } = defaultSelection;
  data
    .command('select')
    .description(
      'copy the images that are good to train on: with detail, sharp, without noise, blocks and twins',
    )
    .argument('<images>', 'folder or glob; subfolders are included')
    .argument('<folder>', 'folder for the copies')
    .option('--min-detail <value>', 'spatial information of ITU-T P.910', number, minDetail)
    .option('--max-blur <value>', 'blur, 0 to 1', number, maxBlur)
    .option('--max-noise <levels>', 'standard deviation of the noise, in gray levels', number, maxNoise)
    .option('--max-blockiness <value>', 'strength of the blocks of JPEG', number, maxBlockiness)
    .option(
      '--duplicate-bits <count>',
      'of two images whose perceptual hashes differ by at most so many of 64 bits, copy one; -1: copy both',
      bits,
      duplicateBits,
    )
    .addOption(reportOption('report.html in the folder of the copies'))
    .option(...dryRunOption)
    .option(...jsonOption)
    .action(async (images: string, out: string, flags: Flags) => {
      const reportFile = reportPath(flags, out);
      await prepare(flags, async ({ reporter, observer }) => {
        sourceImages(images, out);
        if (!flags.dryRun) assertWritable(join(out, 'report.html'));
        const options: SelectOptions = {
          ...flags,
          duplicateBits: flags.duplicateBits < 0 ? null : flags.duplicateBits,
        };
        const selection = await selectImages(images, out, options, observer);
        const { candidates, failed } = selection;
        for (const { gray: _, hash: __, ...candidate } of candidates.map((each) => ({
          ...each,
          gray: null,
        }))) {
          const { path, rejection } = candidate;
          reporter.event({ event: 'candidate', ...candidate });
          if (rejection !== null) reporter.line(`${path}: ${rejection}`);
        }
        const selected = candidates.filter(({ rejection }) => rejection === null).length;
        reporter.line(`${selected} of ${countOf(candidates.length, 'image')} selected.`);
        reporter.event({ event: 'done', images: candidates.length, findings: candidates.length - selected });
        if (flags.dryRun) return failed;
        await copySelected(selection, out, { ...(observer.signal && { signal: observer.signal }) });
        await finishReport(reportFile, () => reportOf(images, out, options, selection), reporter);
        reporter.line(`The copies are in ${out}.`);
        return failed;
      });
    });
}

function reportOf(
  images: string,
  out: string,
  { minDetail, maxBlockiness, maxNoise, maxBlur, duplicateBits }: SelectOptions,
  { candidates, failed }: Selection,
): Report {
  const measures = ({ detail, blur, noise, blockiness }: Selection['candidates'][number]) =>
    `detail ${detail.toFixed(1)}, blur ${blur.toFixed(2)}, noise ${noise.toFixed(1)}, blockiness ${blockiness.toFixed(2)}`;
  const rejected = candidates.filter(({ rejection }) => rejection !== null);
  const selected = candidates.filter(({ rejection }) => rejection === null);
  return {
    title: `Selection of ${images}`,
    facts: [
      ['images', images],
      ['copies', out],
      ['detail', `at least ${minDetail}`],
      ['blur', `at most ${maxBlur}`],
      ['noise', `at most ${maxNoise} gray levels`],
      ['blockiness', `at most ${maxBlockiness}`],
      [
        'twins',
        duplicateBits === null ? 'not looked for' : `hashes that differ by at most ${duplicateBits} bits`,
      ],
      ['result', `${selected.length} of ${countOf(candidates.length, 'image')} selected`],
    ],
    sections: [
      {
        title: 'Not selected',
        explanation: 'The first reason, and what was measured.',
        images: [
          ...failed.map(({ path, reason }) => ({ path, text: reason })),
          ...rejected.map((each) => ({ path: each.path, text: `${each.rejection}; ${measures(each)}` })),
        ],
      },
      {
        title: 'Selected',
        explanation: 'What was measured.',
        images: selected.map((each) => ({ path: each.path, text: measures(each) })),
      },
    ],
  };
}

function number(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('It must be a number.');
  return Number(text);
}

function bits(text: string): number {
  if (!/^(-1|\d|[1-5]\d|6[0-4])$/.test(text)) throw new InvalidArgumentError('It must be -1 to 64.');
  return Number(text);
}
