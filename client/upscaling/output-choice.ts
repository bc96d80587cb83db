import { l10n, type QuickPickItem, QuickPickItemKind, ThemeIcon, window } from 'vscode';
import type { UpscalingOutput, UpscalingSize } from '../../server/protocol/upscaling.ts';
import { formatLabel, parseSize, sizeLabel } from './output-labels.ts';

interface Choice<T> extends QuickPickItem {
  readonly value: T;
}

/**
 * Lets the person change the size, format and quality of results before the upscaling starts; undefined if the person
 * cancels.
 *
 * @param title for example the name of the model
 */
export async function chooseOutput(
  title: string,
  output: UpscalingOutput,
): Promise<UpscalingOutput | undefined> {
  const rows: Choice<'start' | 'size' | 'format' | 'better'>[] = [
    { label: l10n.t('Start'), iconPath: new ThemeIcon('play'), value: 'start' },
    { label: l10n.t('Size'), description: sizeLabel(output.size), value: 'size' },
    { label: l10n.t('Format'), description: formatLabel(output.format), value: 'format' },
    {
      label: l10n.t('Better (8 passes, slower)'),
      description: output.isBetter ? l10n.t('on') : l10n.t('off'),
      value: 'better',
    },
  ];
  const picked = await window.showQuickPick(rows, {
    title,
    placeHolder: l10n.t('Start, or change the result'),
  });
  switch (picked?.value) {
    case undefined:
      return undefined;
    case 'start':
      return output;
    case 'size': {
      const size = await chooseSize(title, output.size);
      return chooseOutput(title, size === undefined ? output : { ...output, size });
    }
    case 'format': {
      const format = await chooseFormat(title);
      return chooseOutput(title, format === undefined ? output : { ...output, format });
    }
    case 'better':
      return chooseOutput(title, { ...output, isBetter: !output.isBetter });
  }
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
): Promise<UpscalingSize | null | undefined> {
  const items: Choice<UpscalingSize | null | 'other'>[] = [
    ...usualSizes.map((value) => ({ label: sizeLabel(value), value })),
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
