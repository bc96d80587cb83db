import { basename } from 'node:path';
import { commands, FileType, l10n, Range, Uri, WorkspaceEdit, window, workspace } from 'vscode';
import type { ImagesCommandTarget, WeightsCommandTarget } from '../../server/protocol/commands.ts';
import type { ResultOf } from '../../server/protocol/messages.ts';
import { type Guard, isList, isObject, isOneOf, isString } from '../../trainer/guards/guards.ts';
import type { Services } from '../services.ts';

export const isImagesTarget: Guard<ImagesCommandTarget> = isObject({
  uri: isString,
  dataset: isString,
  from: isOneOf(['folder', 'new', 'samples']),
  folders: isList(isString),
});

/** Gives a data set of a run file other images, or creates its missing folders. */
export async function useImages(
  { link, extension }: Pick<Services, 'link' | 'extension'>,
  { uri, dataset, from, folders }: ImagesCommandTarget,
): Promise<void> {
  if (from === 'new') {
    await createFolders(folders);
    await link.request('esrgan/filesChanged', null);
    return;
  }
  const file = Uri.parse(uri);
  const folder =
    from === 'samples' ? await copySampleImages(extension, Uri.joinPath(file, '..')) : await chooseImages();
  if (folder === undefined) return;
  const document = await workspace.openTextDocument(file);
  const edits = await link.request('esrgan/replaceImages', {
    uri: file.toString(),
    text: document.getText(),
    dataset,
    folder: folder.fsPath,
  });
  await applyEdits(file, edits);
}

export const isWeightsTarget: Guard<WeightsCommandTarget> = isObject({ uri: isString });

/** Names a file of weights for the perceptual loss of a run file, which the person chooses. */
export async function useWeights(
  { link }: Pick<Services, 'link'>,
  { uri }: WeightsCommandTarget,
): Promise<void> {
  const [chosen] =
    (await window.showOpenDialog({
      title: l10n.t('Weights of VGG for the Perceptual Loss'),
      openLabel: l10n.t('Use Weights'),
      filters: { [l10n.t('Weights')]: ['safetensors', 'pth'] },
    })) ?? [];
  if (chosen === undefined) return;
  const file = Uri.parse(uri);
  const text = (await workspace.openTextDocument(file)).getText();
  const request = { uri: file.toString(), text, file: chosen.fsPath };
  await applyEdits(file, await link.request('esrgan/nameWeights', request));
}

async function applyEdits(file: Uri, edits: ResultOf<'esrgan/nameWeights'>): Promise<void> {
  const edit = new WorkspaceEdit();
  for (const { range, newText } of edits) {
    const { start, end } = range;
    edit.replace(file, new Range(start.line, start.character, end.line, end.character), newText);
  }
  await workspace.applyEdit(edit);
}

async function createFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders) await workspace.fs.createDirectory(Uri.file(folder));
  const [first] = folders;
  // Shows the person where the images go.
  if (first !== undefined && workspace.getWorkspaceFolder(Uri.file(first)))
    await commands.executeCommand('revealInExplorer', Uri.file(first));
}

/** A folder of images that the person chooses; undefined if the person cancels. */
export async function chooseImages(): Promise<Uri | undefined> {
  const [folder] =
    (await window.showOpenDialog({
      title: l10n.t('Folder With Images to Train On'),
      openLabel: l10n.t('Use Images'),
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  return folder;
}

/** Copies the sample images to `sample-images` in a folder, unless they are there, and returns that folder. */
export async function copySampleImages(extension: Uri, folder: Uri): Promise<Uri> {
  const source = Uri.joinPath(extension, 'media', 'sample-images');
  const to = Uri.joinPath(folder, basename(source.path));
  await workspace.fs.createDirectory(to);
  const present = new Set((await workspace.fs.readDirectory(to)).map(([name]) => name));
  for (const [name, type] of await workspace.fs.readDirectory(source)) {
    if (type !== FileType.File || present.has(name)) continue;
    await workspace.fs.copy(Uri.joinPath(source, name), Uri.joinPath(to, name));
  }
  return to;
}
