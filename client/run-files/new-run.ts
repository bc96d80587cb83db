import { basename, dirname } from 'node:path';
import { l10n, type QuickPickItem, QuickPickItemKind, Uri, window, workspace } from 'vscode';
import type { Preset } from '../../server/protocol/workspace.ts';
import { showProgress } from '../notifications.ts';
import type { Services } from '../services.ts';
import { requireTrust } from '../workspace-trust.ts';
import { imageFolders } from './image-folders.ts';
import { chooseImages, copySampleImages } from './use-images.ts';

/** What a new run starts from. */
export type NewRunChoice =
  | { readonly preset: Preset }
  | { readonly minutes: number; readonly images: 'own' | 'samples' };

interface ChoiceItem extends QuickPickItem {
  readonly choice?: NewRunChoice;
}

/** Prompts for a time to train or a preset; undefined if the person cancels. */
export async function chooseNewRun(presets: readonly Preset[]): Promise<NewRunChoice | undefined> {
  const heading = (label: string): ChoiceItem => ({ label, kind: QuickPickItemKind.Separator });
  const timed = (label: string, minutes: number, detail: string, images: 'own' | 'samples' = 'own') => ({
    label,
    detail,
    choice: { minutes, images },
  });
  const items: ChoiceItem[] = [
    heading(l10n.t('Your Images')),
    timed(`$(watch) ${l10n.t('15 minutes')}`, 15, l10n.t('A small network that beats bicubic upscaling.')),
    timed(`$(watch) ${l10n.t('1 hour')}`, 60, l10n.t('A larger network, sharper edges.')),
    timed(`$(watch) ${l10n.t('Overnight')}`, 480, l10n.t('The largest network that 8 hours are enough for.')),
    heading(l10n.t('No Images Yet')),
    timed(
      `$(file-media) ${l10n.t('Sample images')}`,
      5,
      l10n.t('Bundled satellite images, copied to sample-images. 5 minutes.'),
      'samples',
    ),
    heading(l10n.t('Presets')),
    ...presets.map((preset) => ({
      label: preset.label,
      detail: preset.description,
      choice: { preset },
    })),
  ];
  const picked = await window.showQuickPick(items, {
    title: l10n.t('New Run'),
    placeHolder: l10n.t('Choose how long to train, or a preset'),
    matchOnDetail: true,
  });
  return picked?.choice;
}

/**
 * Writes a run file that makes the most of a time, and returns it; undefined if the person cancels.
 *
 * @param folder of the run file; without one, it is written next to the folder of images
 */
export async function writeTimedRun(
  { link, extension }: Pick<Services, 'link' | 'extension'>,
  { minutes, images: kind }: { readonly minutes: number; readonly images: 'own' | 'samples' },
  folder: Uri | undefined,
): Promise<Uri | undefined> {
  if (!(await requireTrust())) return undefined;
  const images =
    kind === 'samples' && folder !== undefined
      ? await copySampleImages(extension, folder)
      : await pickImages();
  if (images === undefined) return undefined;
  return showProgress(l10n.t('Measuring how fast this machine trains'), async (_report, token) => {
    try {
      const { file } = await link.request(
        'esrgan/newRun',
        { images: images.fsPath, minutes, folder: folder?.fsPath ?? dirname(images.fsPath) },
        token,
      );
      return Uri.file(file);
    } catch (error) {
      if (token.isCancellationRequested) return undefined;
      throw error;
    }
  });
}

/** A folder of images of the workspace, or one that the person chooses in a dialog. */
async function pickImages(): Promise<Uri | undefined> {
  const found = await imageFolders();
  if (found.length === 0) return chooseImages();
  const other = { label: `$(folder-opened) ${l10n.t('Choose Folder…')}`, folder: undefined };
  const picked = await window.showQuickPick(
    [
      ...found.map(({ folder, count }) => ({
        label: `$(folder) ${basename(folder.fsPath)}`,
        description: l10n.t('{0} images · {1}', count, workspace.asRelativePath(folder)),
        folder,
      })),
      other,
    ],
    { title: l10n.t('New Run'), placeHolder: l10n.t('Choose the images to train on') },
  );
  return picked === other ? chooseImages() : picked?.folder;
}
