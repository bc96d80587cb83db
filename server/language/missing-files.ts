import { type CodeAction, CodeActionKind, type Diagnostic } from 'vscode-languageserver-types';
import { isList, isNumber, isObject, isOneOf, isString } from '../../trainer/guards/guards.ts';
import { vggDownloadMegabytes, vggTypes } from '../../trainer/models/vgg/shapes.ts';
import type { DownloadCommandTarget, ImagesCommandTarget } from '../protocol/commands.ts';
import type { MissingDataset, MissingImages, MissingWeights } from './diagnose.ts';

const isMissingDataset = isObject<MissingDataset>({ missingDataset: isString, scale: isNumber });
const isMissingWeights = isObject<MissingWeights>({ missingWeights: isOneOf(vggTypes) });
const isMissingImages = isObject<MissingImages>({ missingImages: isString, folders: isList(isString) });

/**
 * Quick fixes for missing images and weights of some diagnostics of a run file: commands of the extension, because they
 * change the disk.
 */
export function missingFileActions(
  { file, uri }: { readonly file: string; readonly uri: string },
  diagnostics: readonly Diagnostic[],
): CodeAction[] {
  return diagnostics.flatMap((diagnostic) => {
    const { data } = diagnostic;
    const action = (title: string, command: string, target: DownloadCommandTarget | ImagesCommandTarget) => ({
      title,
      kind: CodeActionKind.QuickFix,
      diagnostics: [diagnostic],
      command: { title, command, arguments: [target] },
    });
    if (isMissingDataset(data)) {
      const { missingDataset: name, scale } = data;
      return [action(`Download “${name}”…`, 'esrgan.get', { kind: 'data', name, scale, file })];
    }
    if (isMissingWeights(data)) {
      const name = data.missingWeights;
      const title = `Download ${name} (${vggDownloadMegabytes[name]} MB)`;
      return [action(title, 'esrgan.get', { kind: 'weights', name, scale: null, file })];
    }
    if (!isMissingImages(data) || !uri.startsWith('file:')) return [];
    const { missingImages: dataset, folders } = data;
    const images = (title: string, from: ImagesCommandTarget['from']) =>
      action(title, 'esrgan.useImages', { uri, dataset, from, folders });
    return [
      images('Choose Folder…', 'folder'),
      ...(folders.length > 0 ? [images(folders.length > 1 ? 'Create Folders' : 'Create Folder', 'new')] : []),
      images('Use the Sample Images', 'samples'),
    ];
  });
}
