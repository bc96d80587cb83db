import { l10n } from 'vscode';
import type { UpscalingOutput, UpscalingSize } from '../../server/protocol/upscaling.ts';

/**
 * The size of results for people.
 *
 * @param size null: what the model makes of an image in one pass
 * @param scale of the model; null where it is not known
 */
export function sizeLabel(size: UpscalingSize | null, scale: number | null): string {
  if (size === null) {
    return scale === null ? l10n.t('the scale of the model') : l10n.t('×{0}, the scale of the model', scale);
  }
  if ('scale' in size) return `×${size.scale}`;
  if ('megapixels' in size) return l10n.t('{0} megapixels', size.megapixels);
  if (!('width' in size)) return l10n.t('{0} pixels high', size.height);
  return size.height === undefined
    ? l10n.t('{0} pixels wide', size.width)
    : l10n.t('at most {0} × {1} pixels', size.width, size.height);
}

export function formatLabel(format: UpscalingOutput['format']): string {
  const names = { png: 'PNG', jpeg: 'JPEG', webp: 'WebP', avif: 'AVIF', tiff: 'TIFF' };
  return format === 'keep' ? l10n.t('same as each image') : names[format];
}

/**
 * Parses a size as people type it: `2.5x`, `x2.5`, `3000w`, `2000h`, `3000w2000h`, `12mp`; a number of three or
 * more digits is a width, a smaller one may be meant as a factor; empty is null, the size of the
 * model. Undefined if it is none of them.
 */
export function parseSize(text: string): UpscalingSize | null | undefined {
  const compact = text.replaceAll(/\s/g, '').toLowerCase();
  if (compact === '') return null;
  const [, before, after] = /^(?:x(\d*\.?\d+)|(\d*\.?\d+)x)$/.exec(compact) ?? [];
  const scale = Number(before ?? after);
  if (scale >= 1 && scale <= 1000) return { scale };
  const megapixels = Number(/^(\d*\.?\d+)mp$/.exec(compact)?.[1]);
  if (megapixels > 0) return { megapixels };
  if (/^[1-9]\d{2,}$/.test(compact)) return { width: Number(compact) };
  const [, width, height] = /^(?:([1-9]\d*)w)?(?:([1-9]\d*)h)?$/.exec(compact) ?? [];
  if (width !== undefined) {
    return { width: Number(width), ...(height === undefined ? {} : { height: Number(height) }) };
  }
  return height === undefined ? undefined : { height: Number(height) };
}
