import { metrics, perceptualMetricNames, pixelMetricNames } from '../../trainer/metrics/metrics.ts';
import { perceptualProtocols } from '../../trainer/metrics/protocols.ts';

export interface CurvePlan {
  readonly tag: string;
  readonly label: string;
}

/** A chart of one quantity. */
export interface ChartPlan {
  readonly title: string;
  /** May be empty. */
  readonly unit: string;
  /** Displayed values are divided by it. */
  readonly divisor: number;
  /** Whether its values scatter from step to step, so that smoothing shows more than it hides. */
  readonly isNoisy: boolean;
  readonly curves: readonly CurvePlan[];
}

export interface GroupPlan {
  readonly title: string;
  readonly charts: readonly ChartPlan[];
}

type Place = readonly [group: string, chart: string, unit: string, label: string];

/** The place of our trainer's tags. `docs/run-directory.md` describes them. */
const ownTags = new Map<string, Place>([
  ['train/content_loss', ['Losses', 'Content loss', '', 'train']],
  ['train/perceptual_loss', ['Losses', 'Perceptual loss', '', 'train']],
  ['train/g_total_loss', ['Losses', 'Generator total', '', 'train']],
  ['train/g_adversarial_loss', ['Losses', 'Adversarial loss', '', 'generator']],
  ['train/d_adversarial_loss', ['Losses', 'Adversarial loss', '', 'discriminator']],
  ['train/feature_matching_loss', ['Losses', 'Feature matching loss', '', 'generator']],
  ['train/d_r1_penalty', ['Losses', 'R1 penalty', '', 'discriminator']],
  ['train/d_real', ['Losses', 'Discriminator output', '', 'D(real)']],
  ['train/d_fake', ['Losses', 'Discriminator output', '', 'D(fake)']],
  ...pixelMetricNames.flatMap((name): [string, Place][] => {
    const { title, unit } = metrics[name];
    return [
      [`validation/${name}_rgb`, ['Validation', title, unit, 'RGB']],
      [`validation/${name}_y`, ['Validation', title, unit, 'Y']],
    ];
  }),
  ...perceptualMetricNames.map((name): [string, Place] => {
    const { title, unit } = metrics[name];
    return [`validation/${name}`, ['Validation', title, unit, perceptualProtocols[name].name]];
  }),
  ['train/learning_rate', ['Optimizer', 'Learning rate', '', 'pretraining']],
  ['train/g_learning_rate', ['Optimizer', 'Learning rate', '', 'generator']],
  ['train/d_learning_rate', ['Optimizer', 'Learning rate', '', 'discriminator']],
  ['train/gradient_norm', ['Optimizer', 'Gradient norm', '', 'pretraining']],
  ['train/g_gradient_norm', ['Optimizer', 'Gradient norm', '', 'generator']],
  ['train/d_gradient_norm', ['Optimizer', 'Gradient norm', '', 'discriminator']],
  ['train/d_skipped_fraction', ['Optimizer', 'Skipped updates', '%', 'discriminator']],
  ['train/skipped_steps', ['Optimizer', 'Skipped steps', '', 'not finite']],
  ['machine/steps_per_second', ['Machine', 'Speed', 'it/s', 'steps']],
  ['machine/samples_per_second', ['Machine', 'Throughput', 'images/s', 'images']],
  ['machine/loader_idle_share', ['Machine', 'Waiting for data', '%', 'idle time']],
  ['machine/memory_bytes', ['Machine', 'Memory', 'GB', 'resident']],
]);

/** The place of a tag of our trainer. A validation on several data sets also has `validation/<data set>/<name>`. */
function ownPlace(tag: string): Place | undefined {
  const [, dataset, name] = /^validation\/(.+)\/([^/]+)$/.exec(tag) ?? [];
  if (dataset === undefined || name === undefined) return ownTags.get(tag);
  const place = ownTags.get(`validation/${name}`);
  if (place === undefined) return undefined;
  const [group, chart, unit, label] = place;
  return [group, `${chart}, ${dataset}`, unit, label];
}

/** The tag of bicubic upscaling for a tag of a validation; undefined for others. */
export function bicubicTag(tag: string): string | undefined {
  return tag.startsWith('validation/') && ownPlace(tag) !== undefined
    ? tag.replace('validation/', 'bicubic/')
    : undefined;
}

function isBicubic(tag: string): boolean {
  return tag.startsWith('bicubic/') && ownPlace(tag.replace('bicubic/', 'validation/')) !== undefined;
}

const divisors = new Map([
  ['%', 0.01],
  ['GB', 1e9],
]);

/** The order of groups; others follow by name. */
const order = ['Losses', 'Validation', 'Optimizer', 'Machine'];

/** Parts of external tags that name the data, not the quantity. */
const splits = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['val', 'validation'],
  ['valid', 'validation'],
  ['validation', 'validation'],
  ['eval', 'validation'],
  ['test', 'test'],
]);

/** Groups of external tags by words in the name of the quantity. */
const groupPatterns: readonly [RegExp, string][] = [
  [/psnr|ssim|lpips|dists|niqe|metric/, 'Validation'],
  [/loss|l_g|l_d|out_d|d_real|d_fake/, 'Losses'],
  [/(^|_)lr(_|$)|learning_rate|grad|norm|momentum/, 'Optimizer'],
  [/memory|per_second|idle|gpu|time|speed/, 'Machine'],
];

/**
 * Arranges scalars: groups in a fixed order with a chart for each quantity. External tags of the same quantity share a chart
 * (`val/loss` and `train/loss`); their group follows from a word in the name, else from the first part of the tag. Bicubic upscaling has no
 * chart: it is a line in that of the validation (`bicubicTag`).
 */
export function planCharts(tags: Iterable<string>): GroupPlan[] {
  const groups = new Map<string, Map<string, { unit: string; curves: CurvePlan[] }>>();
  for (const tag of inOrder(tags)) {
    if (isBicubic(tag)) continue;
    const [group, chart, unit, label] = ownPlace(tag) ?? placeExternal(tag);
    const charts = groups.get(group) ?? new Map<string, { unit: string; curves: CurvePlan[] }>();
    groups.set(group, charts);
    const plan = charts.get(chart) ?? { unit, curves: [] };
    charts.set(chart, plan);
    plan.curves.push({ tag, label });
  }
  return [...groups]
    .map(([title, charts]) => ({
      title,
      charts: [...charts].map(([chart, { unit, curves }]) => ({
        title: chart,
        unit,
        divisor: divisors.get(unit) ?? 1,
        isNoisy: title === 'Losses' || /norm/i.test(chart),
        curves: withDistinctLabels(curves),
      })),
    }))
    .sort((a, b) => rank(a.title) - rank(b.title) || a.title.localeCompare(b.title, 'en'));
}

/** Curves of one label, as those of `val/loss` and `eval/loss`, are named by their tags. */
function withDistinctLabels(curves: readonly CurvePlan[]): CurvePlan[] {
  return curves.map(({ tag, label }) => ({
    tag,
    label: curves.some((other) => other.tag !== tag && other.label === label) ? tag : label,
  }));
}

/** Our trainer's tags in the order above, then the others by name. */
function inOrder(tags: Iterable<string>): string[] {
  const places = [...ownTags.keys()];
  const place = (tag: string) => (ownTags.has(tag) ? places.indexOf(tag) : places.length);
  return [...new Set(tags)].sort(
    (a, b) => place(a) - place(b) || a.localeCompare(b, 'en', { numeric: true }),
  );
}

function rank(title: string): number {
  const place = order.indexOf(title);
  return place < 0 ? order.length : place;
}

function placeExternal(tag: string): Place {
  const parts = tag.split('/').filter((part) => part !== '');
  const split = parts.find((part) => splits.has(part.toLowerCase()));
  const rest = parts.filter((part) => part !== split);
  const quantity = rest.at(-1) ?? tag;
  const label = split ? splits.get(split.toLowerCase())! : rest.slice(1, -1).join('/') || quantity;
  const group = groupPatterns.find(([pattern]) => pattern.test(quantity.toLowerCase()))?.[1];
  return [group ?? (rest.length > 1 ? humanised(rest[0]!) : 'Other'), quantity, '', label];
}

function humanised(name: string): string {
  const words = name.replaceAll(/[_-]+/g, ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
