import { type CodeAction, CodeActionKind, type Diagnostic } from 'vscode-languageserver-types';
import { isList, isNumber, isObject, isOneOf, isString } from '../../trainer/guards/guards.ts';
import { vggDownloadMegabytes, vggTypes } from '../../trainer/models/vgg/shapes.ts';
import type { DownloadCommandTarget, ImagesCommandTarget } from '../protocol/commands.ts';
import { textEdit } from './code-actions.ts';
import type { MissingDataset, MissingImages, MissingWeights } from './diagnose.ts';
import type { RunDocument } from './document.ts';
import { type Edit, insertAtEnd } from './insert.ts';
import { isNeededElsewhere } from './removal.ts';

const isMissingDataset = isObject<MissingDataset>({ missingDataset: isString, scale: isNumber });
const isMissingWeights = isObject<MissingWeights>({ missingWeights: isOneOf(vggTypes) });
const isMissingImages = isObject<MissingImages>({ missingImages: isString, folders: isList(isString) });

/**
 * Quick fixes for missing images and weights of some diagnostics of a run file: commands of the extension that change
 * the disk, or an edit that does without.
 */
export function missingFileActions(document: RunDocument, diagnostics: readonly Diagnostic[]): CodeAction[] {
  const { file, uri } = document;
  return diagnostics.flatMap((diagnostic): CodeAction[] => {
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
      return [
        action(title, 'esrgan.get', { kind: 'weights', name, scale: null, file }),
        ...withoutPerceptualLoss(document).map((edit) => ({
          title: 'Set “perceptual_loss” to false',
          kind: CodeActionKind.QuickFix,
          diagnostics: [diagnostic],
          edit: { changes: { [uri]: [textEdit(document, edit)] } },
        })),
      ];
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

/** Sets `perceptual_loss` to false, in place of its settings or as a new key; none if the text does not allow it. */
function withoutPerceptualLoss(document: RunDocument): Edit[] {
  const { text, isJson } = document;
  const found = document.nodeAt(['perceptual_loss']);
  if (found === undefined) {
    const entry = `${isJson ? '"perceptual_loss"' : 'perceptual_loss'}: false`;
    const added = insertAtEnd(document, [], { inBraces: () => entry, inLines: () => entry });
    return added ? [added] : [];
  }
  if (!found.keySpan) return [];
  const start = text.indexOf(':', found.keySpan.end);
  const span = { start, end: found.valueSpan?.end ?? start + 1 };
  return start < 0 || isNeededElsewhere(document, span) ? [] : [{ ...span, newText: ': false' }];
}
