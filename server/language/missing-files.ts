import { type CodeAction, CodeActionKind, type Diagnostic } from 'vscode-languageserver-types';
import { weightsNames } from '../../trainer/config/index.ts';
import { isBoolean, isList, isNumber, isObject, isOneOf, isString } from '../../trainer/guards/guards.ts';
import { vggDownloadMegabytes, vggTypes } from '../../trainer/models/vgg/shapes.ts';
import type {
  DownloadCommandTarget,
  ImagesCommandTarget,
  LrImagesCommandTarget,
  WeightsCommandTarget,
} from '../protocol/commands.ts';
import { textEdit } from './code-actions.ts';
import type { MissingDataset, MissingImages, MissingLrImages, MissingWeights } from './diagnose.ts';
import type { RunDocument } from './document.ts';
import { type Edit, insertAtEnd } from './insert.ts';
import { isNeededElsewhere } from './removal.ts';

const isMissingDataset = isObject<MissingDataset>({ missingDataset: isString, scale: isNumber });
const isMissingWeights = isObject<MissingWeights>({
  missingWeights: isOneOf(weightsNames),
  isListed: isBoolean,
});
const isMissingImages = isObject<MissingImages>({ missingImages: isString, folders: isList(isString) });
const isMissingLrImages = isObject<MissingLrImages>({ hr: isString, missingLr: isString, scale: isNumber });

type Target = DownloadCommandTarget | ImagesCommandTarget | LrImagesCommandTarget | WeightsCommandTarget;

/**
 * Quick fixes for missing images and weights of some diagnostics of a run file: commands of the extension that change
 * the disk, or an edit that does without.
 */
export function missingFileActions(document: RunDocument, diagnostics: readonly Diagnostic[]): CodeAction[] {
  const { file, uri } = document;
  return diagnostics.flatMap((diagnostic): CodeAction[] => {
    const { data } = diagnostic;
    const action = (title: string, command: string, target: Target) => ({
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
      const vgg = vggTypes.find((each) => each === name);
      const title = vgg ? `Download ${vgg} (${vggDownloadMegabytes[vgg]} MB)` : `Download ${name}`;
      return [
        action(title, 'esrgan.get', { kind: 'weights', name, scale: null, file }),
        ...(uri.startsWith('file:') && !data.isListed
          ? [action('Choose File…', 'esrgan.useWeights', { uri })]
          : []),
        ...(data.isListed ? [] : withoutPerceptualLoss(document)).map((edit) => ({
          title: 'Set “perceptual_loss” to false',
          kind: CodeActionKind.QuickFix,
          diagnostics: [diagnostic],
          edit: { changes: { [uri]: [textEdit(document, edit)] } },
        })),
      ];
    }
    if (isMissingLrImages(data)) {
      const { hr: images, missingLr: out, scale } = data;
      return [action('Make LR Images…', 'esrgan.makeLrImages', { images, out, scale })];
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
