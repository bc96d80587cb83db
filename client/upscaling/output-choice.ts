import { l10n, type QuickPickItem, QuickPickItemKind, ThemeIcon, window } from 'vscode';
import type {
  ModelChain,
  UpscalingModel,
  UpscalingOutput,
  UpscalingSize,
} from '../../server/protocol/upscaling.ts';
import type { ServerLink } from '../server/server-link.ts';
import { chainName, chainScale, isInterpolable, modelName } from './model-chains.ts';
import { pickOtherModel } from './model-picker.ts';
import { formatLabel, parseSize, sizeLabel } from './output-labels.ts';

interface Choice<T> extends QuickPickItem {
  readonly value: T;
}

/** What to upscale with, and the form of the results. */
export interface Upscaling {
  /** Null: a bundled model, by the formats of the images. */
  readonly models: ModelChain | null;
  readonly output: UpscalingOutput;
}

type Row = 'start' | 'size' | 'format' | 'better' | ModelRow;
type ModelRow = 'then' | 'interpolate';

/**
 * Lets the person change the form of the results, and add models, before the upscaling starts; undefined if the person
 * cancels.
 *
 * @param known models, for their factors
 */
export async function chooseUpscaling(
  link: ServerLink,
  { models, output }: Upscaling,
  known: readonly UpscalingModel[],
): Promise<Upscaling | undefined> {
  const scale = models && chainScale(models, known);
  const rows: Choice<Row>[] = [
    { label: l10n.t('Start'), iconPath: new ThemeIcon('play'), value: 'start' },
    { label: l10n.t('Size'), description: sizeLabel(output.size, scale), value: 'size' },
    { label: l10n.t('Format'), description: formatLabel(output.format), value: 'format' },
    {
      label: l10n.t('Better (TTA, 8 passes)'),
      description: output.isBetter ? l10n.t('on') : l10n.t('off'),
      value: 'better',
    },
    ...(models ? modelRows(models) : []),
  ];
  const title = models ? chainName(models) : l10n.t('Automatic');
  const picked = await window.showQuickPick(rows, {
    title,
    placeHolder: l10n.t('Start, or change the result'),
  });
  const next = (change: Partial<Upscaling>) => chooseUpscaling(link, { models, output, ...change }, known);
  if (picked === undefined) return undefined;
  switch (picked.value) {
    case 'start':
      return { models, output };
    case 'size': {
      const size = await chooseSize(title, output.size, scale);
      return next(size === undefined ? {} : { output: { ...output, size } });
    }
    case 'format': {
      const format = await chooseFormat(title);
      return next(format === undefined ? {} : { output: { ...output, format } });
    }
    case 'better':
      return next({ output: { ...output, isBetter: !output.isBetter } });
    default:
      return next({ models: models && (await changeModels(link, models, picked.value)) });
  }
}

/** Lets the person add models to one, for a preview; undefined if the person cancels. */
export async function chooseModels(link: ServerLink, models: ModelChain): Promise<ModelChain | undefined> {
  const rows: Choice<'add' | ModelRow>[] = [
    { label: l10n.t('Add to Preview'), iconPath: new ThemeIcon('add'), value: 'add' },
    ...modelRows(models),
  ];
  const picked = await window.showQuickPick(rows, {
    title: chainName(models),
    placeHolder: l10n.t('Add it, or use it together with another model'),
  });
  if (picked === undefined) return undefined;
  if (picked.value === 'add') return models;
  return chooseModels(link, await changeModels(link, models, picked.value));
}

function modelRows({ second, next }: ModelChain): Choice<ModelRow>[] {
  return [
    {
      label: l10n.t('Then Another Model'),
      description: next.length === 0 ? l10n.t('none') : next.map(modelName).join(', '),
      detail: l10n.t('for the result, for example a ×4 model after a ×1 model that removes noise'),
      value: 'then',
    },
    {
      label: l10n.t('Interpolate With Another Model'),
      description: second === null ? l10n.t('none') : `${modelName(second.model)}, α ${second.alpha}`,
      detail: l10n.t('mean of the weights of two models of the same network'),
      value: 'interpolate',
    },
  ];
}

/** The models with others that the person picks; unchanged if the person cancels. */
async function changeModels(link: ServerLink, models: ModelChain, row: ModelRow): Promise<ModelChain> {
  if (row === 'then') {
    const other = await pickOtherModel(
      link,
      l10n.t('Choose the model for the result of {0}', chainName(models)),
      () => true,
    );
    if (other === undefined) return models;
    return { ...models, next: other === null ? [] : [...models.next, other] };
  }
  const name = modelName(models.model);
  const model = await pickOtherModel(
    link,
    l10n.t('Choose a model of the same network as {0}', name),
    (each, all) =>
      isInterpolable(
        all.find(({ path }) => path === models.model),
        each,
      ),
  );
  if (model === undefined) return models;
  if (model === null) return { ...models, second: null };
  const text = await window.showInputBox({
    title: chainName(models),
    prompt: l10n.t('α, the weight of {0}: 0 is {1} alone, 1 is {0} alone', modelName(model), name),
    value: String(models.second?.alpha ?? 0.5),
    validateInput: (typed) =>
      isAlpha(typed) ? undefined : l10n.t('Type a number from 0 to 1, for example 0.5.'),
  });
  return text === undefined ? models : { ...models, second: { model, alpha: Number(text) } };
}

function isAlpha(text: string): boolean {
  return /^(?:0|1|0?\.\d+|[01]\.\d*)$/.test(text) && Number(text) <= 1;
}

/** Sizes that people often need. */
const usualSizes: readonly (UpscalingSize | null)[] = [
  null,
  { scale: 2 },
  { scale: 3 },
  { scale: 8 },
  { width: 1920 },
  { width: 3840 },
  { megapixels: 12 },
];

/** null: as large as the model makes it. */
async function chooseSize(
  title: string,
  current: UpscalingSize | null,
  scale: number | null,
): Promise<UpscalingSize | null | undefined> {
  const items: Choice<UpscalingSize | null | 'other'>[] = [
    ...usualSizes.map((value) => ({ label: sizeLabel(value, scale), value })),
    { label: '', kind: QuickPickItemKind.Separator, value: null },
    { label: l10n.t('Other…'), value: 'other' },
  ];
  const placeHolder = l10n.t('Size of the results; images that are larger already are downscaled');
  const picked = await window.showQuickPick(items, { title, placeHolder });
  if (picked?.value !== 'other') return picked?.value;
  const text = await window.showInputBox({
    title,
    prompt: l10n.t(
      'A factor (2.5x), a width (3000w), a height (2000h), both (3000w2000h) or megapixels (12mp)',
    ),
    value: current === null ? '' : sizeText(current),
    validateInput: (typed) =>
      parseSize(typed) === undefined ? l10n.t('Type for example 2.5x, 3000w, 2000h or 12mp.') : undefined,
  });
  return text === undefined ? undefined : parseSize(text);
}

function sizeText(size: UpscalingSize): string {
  if ('scale' in size) return `${size.scale}x`;
  if ('megapixels' in size) return `${size.megapixels}mp`;
  return `${'width' in size ? `${size.width}w` : ''}${'height' in size ? `${size.height}h` : ''}`;
}

async function chooseFormat(title: string): Promise<UpscalingOutput['format'] | undefined> {
  const formats = ['keep', 'png', 'jpeg', 'webp', 'avif', 'tiff'] as const;
  const items = formats.map(
    (value): Choice<UpscalingOutput['format']> => ({ label: formatLabel(value), value }),
  );
  return (await window.showQuickPick(items, { title, placeHolder: l10n.t('Format of the results') }))?.value;
}
