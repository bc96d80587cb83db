import { basename } from 'node:path';
import { commands, l10n, type QuickPickItem, QuickPickItemKind, ThemeIcon, Uri, window } from 'vscode';
import type { UpscaledImage, UpscalingResult } from '../../server/protocol/upscaling.ts';

interface ResultItem extends QuickPickItem {
  /** What opens. */
  readonly image?: UpscaledImage;
  readonly input?: string;
}

/** Lists what became of each image: failed, upscaled, skipped. Choosing one opens it. */
export async function showResultList(
  { images, failures }: UpscalingResult,
  open: (image: UpscaledImage) => void,
): Promise<void> {
  const heading = (label: string, count: number): ResultItem[] =>
    count === 0 ? [] : [{ label: `${label}: ${count}`, kind: QuickPickItemKind.Separator }];
  const imageItem = (image: UpscaledImage): ResultItem => ({
    label: basename(image.output),
    description: `${image.width} × ${image.height}`,
    detail: [image.output, ...image.notes].join('; '),
    image,
  });
  const made = images.filter(({ kept }) => !kept);
  const kept = images.filter((image) => image.kept);
  const items: ResultItem[] = [
    ...heading(l10n.t('failed'), failures.length),
    ...failures.map(({ input, message }) => ({
      label: basename(input),
      detail: message,
      iconPath: new ThemeIcon('error'),
      input,
    })),
    ...heading(l10n.t('upscaled'), made.length),
    ...made.map(imageItem),
    ...heading(l10n.t('skipped, because the result exists'), kept.length),
    ...kept.map(imageItem),
  ];
  const picked = await window.showQuickPick(items, {
    matchOnDetail: true,
    placeHolder: l10n.t('Choose an image to open it'),
  });
  if (picked?.image) open(picked.image);
  else if (picked?.input !== undefined) await commands.executeCommand('vscode.open', Uri.file(picked.input));
}
