import { csvCell } from '../format/csv.ts';
import { type Metric, metricHeading, metricNames, metrics, pixelMetricNames } from '../metrics/metrics.ts';
import { type Comparison, type ComparisonRow, deltaOf } from './compare.ts';
import { type Evaluation, valuesOf } from './results/evaluation.ts';
import { publishedBenchmark, publishedResults } from './results/published.ts';
import { alignCells, type Cells, valueText } from './table.ts';

/** One table of a report. */
interface Section {
  readonly title: string;
  /** The first row is the head. */
  readonly cells: Cells;
  /** Number of text columns at the left. */
  readonly words: number;
}

interface ReportOptions {
  /** The run to which differences are computed. */
  readonly baseline: string;
  /** Whether to add the published results of the original program. */
  readonly isPublishedShown: boolean;
}

/** A comparison as text for a terminal; long settings are cut. */
export function comparisonText(comparison: Comparison, options: ReportOptions): string {
  const tables = sections(comparison, options).map(
    ({ title, cells, words }) =>
      `${title}\n${alignCells(
        cells.map((row) => row.map(shortened)),
        words,
      )}\n`,
  );
  const warnings = comparison.warnings.map((warning) => `Warning: ${warning}\n`);
  return [...tables, ...(warnings.length > 0 ? [warnings.join('')] : [])].join('\n');
}

const longestCell = 60;

function shortened(text: string): string {
  return text.length > longestCell ? `${text.slice(0, longestCell - 1)}…` : text;
}

/** A comparison as Markdown, for a README or a pull request. */
export function comparisonMarkdown(comparison: Comparison, options: ReportOptions): string {
  const tables = sections(comparison, options).map(({ title, cells, words }) => {
    const [head = [], ...rows] = cells;
    const rule = head.map((_, column) => (column < words ? '---' : '---:'));
    const lines = [head, rule, ...rows].map((row) => `| ${row.map(escapePipe).join(' | ')} |`);
    return `### ${title}\n\n${lines.join('\n')}\n`;
  });
  const warnings = comparison.warnings.map((warning) => `> **Warning:** ${warning}\n`);
  return [...tables, ...warnings].join('\n');
}

/**
 * One line for each model, test set and protocol, with full precision. The first line names the columns, of metrics that
 * were measured. Cells of metrics that a protocol does not measure are empty.
 */
export function comparisonCsv(comparison: Comparison, { baseline }: ReportOptions): string {
  const head = ['run', 'model', 'checkpoints', 'data', 'protocol', 'images'];
  const measured = shownRows(comparison).flatMap(({ evaluations }) => evaluations);
  const names = metricNames.filter((metric) =>
    measured.some((evaluation) => evaluation[metric] !== undefined),
  );
  const numbers = names.flatMap((metric) => [metric, `${metric}_min`, `${metric}_max`, `${metric}_delta`]);
  const rows = shownRows(comparison).flatMap((row) =>
    row.evaluations.map((evaluation) => {
      const delta = deltaOf(comparison, baseline, row, evaluation);
      const cells = names.flatMap((metric) => {
        const mean = evaluation[metric];
        if (mean === undefined) return ['', '', '', ''];
        const values = valuesOf(evaluation.images, metric);
        return [mean, Math.min(...values), Math.max(...values), delta?.[metric] ?? ''];
      });
      const { data, protocol, images } = evaluation;
      return [row.run, row.model, row.checkpoints.join(' '), data, protocol, images.length, ...cells];
    }),
  );
  return [[...head, ...numbers], ...rows].map((row) => `${row.map(csvCell).join(',')}\n`).join('');
}

/** A comparison as JSON: each evaluation with `delta`, its difference to the baseline or null. */
export function comparisonJson(
  comparison: Comparison,
  { baseline, isPublishedShown }: ReportOptions,
): object {
  const rows = comparison.rows.map((row) => ({
    ...row,
    evaluations: row.evaluations.map((evaluation) => ({
      ...evaluation,
      delta: deltaOf(comparison, baseline, row, evaluation),
    })),
  }));
  const published = { bestImages: publishedResults, benchmark: publishedBenchmark };
  return { ...comparison, baseline, rows, ...(isPublishedShown && { published }) };
}

function sections(comparison: Comparison, options: ReportOptions): Section[] {
  const isMeasured = comparison.rows.some(({ evaluations }) => evaluations.length > 0);
  return [
    validationSection(comparison),
    ...(isMeasured ? comparison.protocols.map((each) => protocolSection(comparison, each, options)) : []),
    ...(options.isPublishedShown ? [publishedSection(comparison)] : []),
    ...(comparison.runs.length > 1 ? [differenceSection(comparison)] : []),
  ];
}

/** The models, then bicubic upscaling. */
function shownRows({ rows, bicubic }: Comparison): readonly ComparisonRow[] {
  return [...rows, ...bicubic];
}

function validationSection(comparison: Comparison): Section {
  const validated = shownRows(comparison).filter(({ validation }) => validation !== null);
  const names = metricNames.filter(
    (metric) =>
      pixelMetricNames.some((name) => name === metric) ||
      validated.some(({ validation }) => validation?.[metric] !== undefined),
  );
  const lines = validated.map(({ run, model, checkpoints, validation }) => [
    run,
    model,
    checkpoints.join(', '),
    ...names.map((metric) => validation?.[metric]?.toFixed(metrics[metric].digits) ?? ''),
  ]);
  return {
    title: 'Validation in training: PSNR and SSIM of R, G and B',
    cells: [['run', 'model', 'checkpoint', ...names.map(metricHeading)], ...lines],
    words: 3,
  };
}

function protocolSection(
  comparison: Comparison,
  { protocol, description, metrics: measuredMetrics }: Comparison['protocols'][number],
  { baseline }: ReportOptions,
): Section {
  const measured = shownRows(comparison).flatMap((row) =>
    row.evaluations.flatMap((evaluation) => (evaluation.protocol === protocol ? [{ row, evaluation }] : [])),
  );
  const sets = [...new Set(measured.map(({ evaluation }) => evaluation.data))];
  const titles = sets.flatMap((set) => measuredMetrics.map((metric) => `${set} ${metricHeading(metric)}`));
  const lines = shownRows(comparison).map((row) => [
    row.run,
    row.model,
    ...sets.flatMap((set) => {
      const found = measured.find((each) => each.row === row && each.evaluation.data === set)?.evaluation;
      return measuredMetrics.map((metric) =>
        found ? valueCell(comparison, baseline, row, found, metric) : '-',
      );
    }),
  ]);
  return {
    title: `Protocol ${protocol}: ${description}; in parentheses, the difference to ${baseline}`,
    cells: [['run', 'model', ...titles], ...lines],
    words: 2,
  };
}

function valueCell(
  comparison: Comparison,
  baseline: string,
  row: ComparisonRow,
  evaluation: Evaluation,
  metric: Metric,
): string {
  const delta = row.run === baseline ? undefined : deltaOf(comparison, baseline, row, evaluation)?.[metric];
  const value = valueText(evaluation, metric);
  return delta === undefined ? value : `${value} (${signed(delta, metrics[metric].digits)})`;
}

function publishedSection({ rows }: Comparison): Section {
  const theirs = publishedResults.map(({ title, set5, set14 }) => [
    title,
    'published',
    ...[set5, set14].flatMap(({ psnr, ssim }) => [psnr.toFixed(2), ssim.toFixed(4)]),
  ]);
  const ours = rows.map((row) => [
    row.run,
    row.model,
    ...['set5', 'set14'].flatMap((set) => {
      const images = row.evaluations.find(
        ({ data, protocol }) => data.toLowerCase() === set && protocol === 'seed',
      )?.images;
      if (!images) return ['-', '-'];
      const best = (metric: 'psnr' | 'ssim') => Math.max(...valuesOf(images, metric));
      return [best('psnr').toFixed(2), best('ssim').toFixed(4)];
    }),
  ]);
  const { title, set5 } = publishedBenchmark;
  return {
    title: `The best single image of each set under the protocol seed, as published for the original program. These are not means, so they are not comparable to the other tables. (Its row "${title}", ${set5.psnr} dB on Set5, is omitted: it is the mean of a PSNR-oriented model under paper-y.)`,
    cells: [['run', 'model', 'set5 PSNR dB', 'set5 SSIM', 'set14 PSNR dB', 'set14 SSIM'], ...theirs, ...ours],
    words: 2,
  };
}

function differenceSection({ runs, differences }: Comparison): Section {
  const lines = differences.map(({ key, values }) => [key, ...values.map(settingText)]);
  return {
    title: lines.length > 0 ? 'Differences of the run files (-: no such key)' : 'The run files do not differ',
    cells: [['key', ...runs], ...lines],
    words: runs.length + 1,
  };
}

function settingText(value: unknown): string {
  if (value === undefined) return '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function signed(value: number, digits: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(digits)}`;
}

function escapePipe(text: string): string {
  return text.replaceAll('|', '\\|');
}
