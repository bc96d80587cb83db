import { basename, dirname } from 'node:path';
import type { UpscalingModel, UpscalingProgress, UpscalingResult } from '../../server/protocol/upscaling.ts';
import { formatBytes, formatCount, formatDuration, formatRoughly } from '../../trainer/format/format.ts';

/** A model in the list to choose from, or a heading in it. */
export type ModelChoice =
  | { readonly kind: 'heading'; readonly label: string }
  | {
      readonly kind: 'model';
      readonly label: string;
      readonly description: string;
      readonly detail: string;
      readonly model: UpscalingModel;
    };

/**
 * The models that can upscale images, under headings that say where they come from: the last choice (its path) first,
 * then the one that comes along, checkpoints by run, files.
 */
export function modelChoices(models: readonly UpscalingModel[], last: string | undefined): ModelChoice[] {
  const usable = models.filter(({ problem }) => problem === null);
  const choices: ModelChoice[] = [];
  const add = (heading: string, chosen: readonly UpscalingModel[]) => {
    if (chosen.length === 0) return;
    choices.push({ kind: 'heading', label: heading }, ...chosen.map(choiceOf));
  };
  const others = usable.filter(({ path }) => path !== last);
  add(
    'last choice',
    usable.filter(({ path }) => path === last),
  );
  add(
    'comes with ESRGAN Workbench',
    others.filter(({ source }) => source.kind === 'bundled'),
  );
  const runs = new Set(others.flatMap(({ source }) => (source.kind === 'checkpoint' ? source.run : [])));
  for (const run of runs) {
    add(
      `run ${basename(run)}`,
      others.filter(({ source }) => source.kind === 'checkpoint' && source.run === run),
    );
  }
  add(
    'files',
    others.filter(({ source }) => source.kind === 'file'),
  );
  return choices;
}

function choiceOf(model: UpscalingModel): ModelChoice {
  const { scale, bytes, source, blocks, channels, format } = model;
  const architecture =
    blocks === null || channels === null ? (format ?? '') : `${blocks} blocks, ${channels} channels`;
  const facts = [
    ...(scale === null ? [] : [`×${scale}`]),
    formatBytes(bytes),
    ...(source.kind === 'checkpoint' ? checkpointFacts(source) : []),
  ];
  return {
    kind: 'model',
    label: modelLabel(model),
    description: facts.join(' · '),
    detail: [goodFor(model), architecture, ...(source.kind === 'file' ? [dirname(model.path)] : [])]
      .filter((text) => text !== '')
      .join(' · '),
    model,
  };
}

/** What a model is called. */
export function modelLabel({ path, source, metadata }: UpscalingModel): string {
  if (source.kind === 'checkpoint') {
    return `${basename(source.run)} · ${source.stage} ${formatCount(source.step)}`;
  }
  return source.kind === 'bundled' ? (metadata.name ?? basename(path)) : basename(path);
}

function checkpointFacts({
  psnr,
  best,
  last,
}: Extract<UpscalingModel['source'], { kind: 'checkpoint' }>): string[] {
  return [
    ...(psnr === null ? [] : [`${psnr.toFixed(2)} dB`]),
    ...(best ? ['★ best'] : []),
    ...(last ? ['newest'] : []),
  ];
}

/** By the stage of training that made a model. */
function goodFor({ source, metadata }: UpscalingModel): string {
  const stage = source.kind === 'checkpoint' ? source.stage : metadata.stage;
  if (stage === 'pretraining') return 'faithful: nothing invented, softer';
  if (stage === 'training') return 'sharp: textures are invented';
  return source.kind === 'bundled' ? 'small and quick, for photographs' : '';
}

/** What the notification says while a batch is in work. */
export function progressText({
  phase,
  input,
  image,
  images,
  tile,
  tiles,
  megapixelsPerSecond,
  etaSeconds,
}: UpscalingProgress): string {
  if (phase === 'waiting') return 'Upscaling: waiting for the batch before';
  if (phase === 'opening' || input === null) return 'Upscaling: opening the model';
  const isWriting = tiles > 0 && tile === tiles;
  return [
    images > 1 ? `Upscaling ${image} of ${images}` : 'Upscaling',
    basename(input),
    ...(tiles === 0 ? [] : [isWriting ? 'writing' : `tile ${tile}/${tiles}`]),
    ...(megapixelsPerSecond === null || tiles === 0 || isWriting
      ? []
      : [`${formatRoughly(megapixelsPerSecond, 2)} MP/s`]),
    ...(etaSeconds === null || (isWriting && image === images)
      ? []
      : [`${formatDuration(Math.max(1, etaSeconds))} left`]),
  ].join(' · ');
}

/** Percent of a batch that are done, images taken for equal. */
export function progressPercent({ image, images, tile, tiles }: UpscalingProgress): number {
  if (images === 0 || image === 0) return 0;
  return (100 * (image - 1 + (tiles === 0 ? 0 : tile / tiles))) / images;
}

/** What is asked when results exist; `kept` are the images whose results do. */
export function keptText(kept: readonly string[]): string {
  const [only] = kept;
  return only !== undefined && kept.length === 1
    ? `The result of ${basename(only)} exists already and is kept.`
    : `${kept.length} results exist already and are kept.`;
}

/** So many failures stand in the message; all stand in the log. */
const failuresTold = 3;

/** What is said at the end of a batch; undefined where there is nothing to say but what is seen. */
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
      ? `${done} of ${all} images upscaled.`
      : `${done} ${done === 1 ? 'image' : 'images'} upscaled${isCancelled ? ' until you cancelled' : ''}.`,
    ...(failures.length === 0 ? [] : [`${failures.length} failed:`]),
    ...failures.slice(0, failuresTold).map(({ message }) => message),
    ...(failures.length > failuresTold ? [`And ${failures.length - failuresTold} more.`] : []),
  ];
  return done === 0 && failures.length === 0 ? undefined : parts.join(' ');
}
