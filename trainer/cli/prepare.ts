import { dirname, join, resolve } from 'node:path';
import { Option } from 'commander';
import { WorkbenchError } from '../errors/errors.ts';
import { formatCount, formatDuration } from '../format/format.ts';
import type { DownscalePlan } from '../preparation/downscale.ts';
import type { FailedImage, Observer } from '../preparation/process-images.ts';
import { assertReportPath, type Report, writeReport } from '../preparation/report.ts';
import type { TilesPlan } from '../preparation/tiles.ts';
import { assertWritable, makeFolder } from '../preparation/write-image.ts';
import { cancelOnRequest } from './parent.ts';
import { createReporter, type Reporter } from './terminal.ts';

// What `esrgan data tiles`, `downscale`, `check` and `select` have in common.

/** The flags of all of them. */
export interface PreparationFlags {
  readonly report?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export const dryRunOption = ['--dry-run', 'say what would be done, and write nothing'] as const;
export const jsonOption = ['--json', 'print one JSON object per line'] as const;

export function reportOption(fallback: string): Option {
  return new Option('--report <file>', `HTML page with thumbnails (default: ${fallback})`);
}

/** Where the report goes: `--report`, else in the folder of the results; undefined: nowhere. @throws WorkbenchError `usage`, `disk` */
export function reportPath(
  { report, dryRun }: PreparationFlags,
  folder: string | undefined,
): string | undefined {
  const path = report ?? (folder === undefined ? undefined : join(folder, 'report.html'));
  if (path === undefined || dryRun) return undefined;
  assertReportPath(path);
  // The folder of the results is created with the first one.
  if (report !== undefined) assertWritable(resolve(path));
  return path;
}

/** What the work of a command gets. */
interface Preparation {
  readonly reporter: Reporter;
  readonly observer: Observer;
}

/**
 * Runs a command with progress, and cancels it on Ctrl-C. Images that failed are listed at its end.
 *
 * @throws WorkbenchError `partial` if images failed, else what `work` throws
 */
export async function prepare(
  { json = false }: PreparationFlags,
  work: (preparation: Preparation) => Promise<readonly FailedImage[]>,
): Promise<void> {
  const reporter = createReporter({ json, stream: process.stdout });
  const cancel = cancelOnRequest();
  const observer: Observer = {
    signal: cancel.signal,
    onProgress({ done, total, path, rate, etaSeconds }) {
      const speed = `${rate.toPrecision(3)} images/s, ${formatDuration(etaSeconds)} left`;
      reporter.progress(`${formatCount(done)}/${formatCount(total)} ${path}: ${speed}`);
      reporter.event({ event: 'progress', done, total, path, rate, etaSeconds });
    },
  };
  try {
    const failed = await work({ reporter, observer });
    if (failed.length > 0) {
      for (const { path, reason } of failed) reporter.event({ event: 'failed', path, message: reason });
      const lines = failed.map(({ path, reason }) => `  ${path}: ${reason}`);
      throw new WorkbenchError('partial', `${countOf(failed.length, 'image')} failed:\n${lines.join('\n')}`);
    }
  } finally {
    cancel.release();
    reporter.done();
  }
}

/** How many images of a kind are named before the end of the command: the others are in the report. */
const mostNamed = 5;

/** Names images that are kept from the work, the first ones of many. */
function nameImages<Item>(
  reporter: Reporter,
  items: readonly Item[],
  line: (item: Item) => string,
  hasReport: boolean,
): void {
  for (const item of items.slice(0, mostNamed)) reporter.line(line(item));
  const others = items.length - mostNamed;
  if (others > 0) reporter.line(`${formatCount(others)} more${hasReport ? ', listed in the report' : ''}.`);
}

/**
 * Reports what will be made: the numbers of images and of results, in all and still missing, the images that are too small, and
 * those that are newer than their results.
 *
 * @param summary the line of the numbers
 * @throws WorkbenchError `data` if no image is left
 */
export function reportPlan(
  reporter: Reporter,
  plan: Pick<TilesPlan | DownscalePlan, 'plans' | 'skipped' | 'failed' | 'newer'>,
  {
    all,
    missing,
    noun,
    summary,
    hasReport,
  }: {
    readonly all: number;
    readonly missing: number;
    readonly noun: string;
    readonly summary: string;
    readonly hasReport: boolean;
  },
): void {
  const { plans, skipped, newer } = plan;
  const existing = all - missing;
  reporter.event({ event: 'plan', images: plans.length, results: all, existing, skipped: skipped.length });
  nameSkipped(reporter, plan, noun, hasReport);
  reporter.line(`${countOf(plans.length, 'image')}, ${summary}: ${existing} already exist.`);
  warnNewer(reporter, newer, noun, hasReport);
}

/**
 * Names the images that are too small.
 *
 * @throws WorkbenchError `data` if no image is left
 */
function nameSkipped(
  reporter: Reporter,
  { plans, skipped, failed }: Pick<TilesPlan | DownscalePlan, 'plans' | 'skipped' | 'failed'>,
  noun: string,
  hasReport: boolean,
): void {
  const isNothing = plans.length === 0 && skipped.length > 0;
  nameImages(reporter, skipped, ({ path, reason }) => `Skipped ${path}: ${reason}`, hasReport && !isNothing);
  if (!isNothing) return;
  const of = countOf(skipped.length + failed.length, 'image');
  throw new WorkbenchError(
    'data',
    `No image has ${noun}: of ${of}, ${formatCount(skipped.length)} are too small and ${formatCount(failed.length)} cannot be read.`,
  );
}

/** Warns of images that were changed after their results: existing files are never replaced. */
function warnNewer(reporter: Reporter, newer: readonly string[], noun: string, hasReport: boolean): void {
  if (newer.length === 0) return;
  const verb = newer.length === 1 ? 'was' : 'were';
  reporter.line(
    `Warning: ${countOf(newer.length, 'image')} ${verb} changed after the ${noun} of earlier work, which stay as they are. Delete these ${noun} and run the command again to make them anew:`,
  );
  nameImages(reporter, newer, (path) => `  ${path}`, hasReport);
}

/** The section of a report on images of which nothing was made; none if there are no such images. */
export function withoutSection(
  title: string,
  explanation: string,
  bad: readonly FailedImage[],
): Report['sections'] {
  if (bad.length === 0) return [];
  return [{ title, explanation, images: bad.map(({ path, reason }) => ({ path, text: reason })) }];
}

/** The part of a report about them. */
export function newerSection(newer: readonly string[], noun: string): Report['sections'] {
  if (newer.length === 0) return [];
  return [
    {
      title: `Changed after their ${noun}`,
      explanation: `The ${noun} are of an earlier image. Delete them, and run the command again.`,
      images: newer.map((path) => ({ path, text: 'newer than its results' })),
    },
  ];
}

/** Writes the report, unless there is no path, and says where it is. */
export async function finishReport(
  path: string | undefined,
  report: () => Report,
  reporter: Reporter,
): Promise<void> {
  if (path === undefined) return;
  makeFolder(dirname(resolve(path)));
  await writeReport(path, report());
  reporter.line(`The report is ${path}.`);
  reporter.event({ event: 'report', path });
}

/** `1 image`, `1,234 images`. */
export function countOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}
