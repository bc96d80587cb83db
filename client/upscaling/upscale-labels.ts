import { basename, dirname } from 'node:path';
import { l10n } from 'vscode';
import type {
  ModelChain,
  UpscalingModel,
  UpscalingProgress,
  UpscalingResult,
} from '../../server/protocol/upscaling.ts';
import { isVideoName } from '../../trainer/files/image-names.ts';
import { formatBytes, formatDuration, formatRoughly } from '../../trainer/format/format.ts';
import { metricText } from '../../trainer/metrics/metric-text.ts';
import { chainName, chainScale, checkpointName, singleModel } from './model-chains.ts';

/** A model in the list to choose from, or a heading in it. */
export type ModelChoice =
  | { readonly kind: 'heading'; readonly label: string }
  | {
      readonly kind: 'model';
      readonly label: string;
      readonly description: string;
      readonly detail: string;
      readonly models: ModelChain;
    };

/**
 * The usable models, under headings: the last choice first, then the bundled ones, checkpoints by run, files. A heading may be
 * empty: then it is a line between two runs.
 *
 * @param last several models together are one entry
 */
export function modelChoices(models: readonly UpscalingModel[], last: ModelChain | undefined): ModelChoice[] {
  const usable = models.filter(({ problem }) => problem === null);
  const choices: ModelChoice[] = [];
  const add = (heading: string, chosen: readonly UpscalingModel[]) => {
    if (chosen.length === 0) return;
    choices.push({ kind: 'heading', label: heading }, ...chosen.map(choiceOf));
  };
  const isSingle = last !== undefined && last.second === null && last.next.length === 0;
  const isLast = ({ path }: UpscalingModel) => isSingle && path === last.model;
  const others = usable.filter((model) => !isLast(model));
  if (last !== undefined && !isSingle) {
    const scale = chainScale(last, models);
    choices.push(
      { kind: 'heading', label: l10n.t('last used') },
      {
        kind: 'model',
        label: chainName(last),
        description: scale === null ? '' : `×${scale}`,
        detail: last.next.length > 0 ? l10n.t('models one after another') : l10n.t('network interpolation'),
        models: last,
      },
    );
  }
  add(l10n.t('last used'), usable.filter(isLast));
  add(
    l10n.t('bundled'),
    others.filter(({ source }) => source.kind === 'bundled'),
  );
  // The labels name the run: a heading with its name would cut them.
  const runs = new Set(others.flatMap(({ source }) => (source.kind === 'checkpoint' ? source.run : [])));
  for (const [index, run] of [...runs].entries()) {
    add(
      index === 0 ? l10n.t('runs') : '',
      others.filter(({ source }) => source.kind === 'checkpoint' && source.run === run),
    );
  }
  add(
    l10n.t('files'),
    others.filter(({ source }) => source.kind === 'file'),
  );
  return choices;
}

function choiceOf(model: UpscalingModel): ModelChoice {
  const { scale, bytes, source, architecture: network, blocks, channels, format } = model;
  const sizes =
    channels === null
      ? []
      : blocks === null
        ? [l10n.t('{0} channels', channels)]
        : [
            blocks === 1
              ? l10n.t('1 block, {0} channels', channels)
              : l10n.t('{0} blocks, {1} channels', blocks, channels),
          ];
  const architecture = [network ?? (channels === null && format !== null ? format : []), sizes]
    .flat()
    .join(', ');
  const facts = [
    ...(scale === null ? [] : [`×${scale}`]),
    formatBytes(bytes),
    ...(source.kind === 'checkpoint' ? checkpointFacts(source) : []),
  ];
  return {
    kind: 'model',
    label: modelLabel(model),
    description: facts.join(' · '),
    detail: [characterOf(model), architecture, ...(source.kind === 'file' ? [dirname(model.path)] : [])]
      .filter((text) => text !== '')
      .join(' · '),
    models: singleModel(model.path),
  };
}

/** The name of a model in lists. */
export function modelLabel({ path, source, metadata }: UpscalingModel): string {
  if (source.kind === 'checkpoint') return checkpointName(source.run, source.stage, source.step);
  return source.kind === 'bundled' ? (metadata.name ?? basename(path)) : basename(path);
}

function checkpointFacts({
  score,
  isBelowBicubic,
  best,
  last,
}: Extract<UpscalingModel['source'], { kind: 'checkpoint' }>): string[] {
  return [
    ...(score === null ? [] : [metricText(score, 'with unit')]),
    ...(isBelowBicubic ? [l10n.t('below bicubic')] : best ? [l10n.t('★ best')] : []),
    ...(last ? [l10n.t('newest')] : []),
  ];
}

/** The character of a model's results, by the stage of training that produced it. */
function characterOf({ source, metadata }: UpscalingModel): string {
  if (source.kind === 'bundled') {
    return source.model === 'photo'
      ? l10n.t('removes compression and noise of photos')
      : l10n.t('faithful to clean images');
  }
  const stage = source.kind === 'checkpoint' ? source.stage : metadata.stage;
  if (stage === 'pretraining') return l10n.t('faithful, softer');
  if (stage === 'training') return l10n.t('sharp, synthesized texture');
  return '';
}

/** The text of the progress notification. */
export function progressText({
  phase,
  input,
  image,
  images,
  sizes,
  tile,
  tiles,
  megapixelsPerSecond,
  etaSeconds,
}: UpscalingProgress): string {
  if (phase === 'waiting') return l10n.t('Upscaling: waiting for the previous batch');
  if (phase === 'opening' || input === null) return l10n.t('Upscaling: opening the model');
  const isWriting = tiles > 0 && tile === tiles;
  return [
    images > 1 ? l10n.t('Upscaling {0} of {1}', image, images) : l10n.t('Upscaling'),
    basename(input),
    ...sizesText(sizes),
    ...(tiles === 0 ? [] : [isWriting ? l10n.t('writing') : partText(input, tile, tiles)]),
    ...(megapixelsPerSecond === null || tiles === 0 || isWriting
      ? []
      : [`${formatRoughly(megapixelsPerSecond, 2)} MP/s`]),
    ...(etaSeconds === null || (isWriting && image === images)
      ? []
      : [l10n.t('{0} left', formatDuration(Math.max(1, etaSeconds)))]),
  ].join(' · ');
}

function partText(input: string, done: number, all: number): string {
  return isVideoName(input) ? l10n.t('frame {0}/{1}', done, all) : l10n.t('tile {0}/{1}', done, all);
}

/** The plan of an image whose result has not the size that the model makes. */
function sizesText(sizes: UpscalingProgress['sizes']): string[] {
  const texts = sizes.map((sides) => sides.join(' × '));
  return texts[1] === texts[2] ? [] : [[...new Set(texts)].join(' → ')];
}

/** Progress of a batch in percent; all images count the same. */
export function progressPercent({ image, images, tile, tiles }: UpscalingProgress): number {
  if (images === 0 || image === 0) return 0;
  return (100 * (image - 1 + (tiles === 0 ? 0 : tile / tiles))) / images;
}

/** The prompt for images whose results exist. */
export function existingText(inputs: readonly string[]): string {
  const [only] = inputs;
  return only !== undefined && inputs.length === 1
    ? l10n.t('The result of {0} already exists.', basename(only))
    : l10n.t('{0} results already exist.', inputs.length);
}

/** The message shows this many failures; the log has all. */
const shownFailures = 3;

/** The message at the end of a batch; undefined if there is none. */
export function resultText({ images, failures, isCancelled }: UpscalingResult): string | undefined {
  const [only, ...others] = images.filter(({ kept }) => !kept);
  const done = only === undefined ? 0 : 1 + others.length;
  if (isCancelled && done === 0) return undefined;
  if (only !== undefined && done === 1 && failures.length === 0 && !isCancelled) {
    return [`${basename(only.output)}, ${only.width} × ${only.height}`, ...only.notes].join('; ');
  }
  const all = done + failures.length;
  const parts = [
    failures.length > 0
      ? l10n.t('{0} of {1} images upscaled.', done, all)
      : isCancelled
        ? l10n.t('Cancelled. Images upscaled: {0}.', done)
        : l10n.t('{0} images upscaled.', done),
    ...(failures.length === 0 ? [] : [l10n.t('{0} failed:', failures.length)]),
    ...failures.slice(0, shownFailures).map(({ message }) => message),
    ...(failures.length > shownFailures ? [l10n.t('And {0} more.', failures.length - shownFailures)] : []),
  ];
  return done === 0 && failures.length === 0 ? undefined : parts.join(' ');
}
