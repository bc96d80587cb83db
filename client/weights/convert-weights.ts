import { basename, extname } from 'node:path';
import { l10n, type Uri, window } from 'vscode';
import type { ServerLink } from '../server/server-link.ts';

/** The formats that `esrgan convert` writes, with their extensions. */
const formats = { safetensors: ['safetensors'], PyTorch: ['pth'], ONNX: ['onnx'], ncnn: ['param'] };

interface Conversion {
  /** A file of weights or the folder of a checkpoint. */
  readonly source: string;
  readonly title: string;
  readonly saveLabel: string;
  /** The file that is suggested. */
  readonly suggested: Uri;
}

/** Converts weights to a file that the person chooses; null if the person cancels. */
export async function convertWeights(
  link: ServerLink,
  { source, title, saveLabel, suggested }: Conversion,
): Promise<string | null> {
  const to = await window.showSaveDialog({ title, saveLabel, defaultUri: suggested, filters: formats });
  if (to === undefined) return null;
  if (to.fsPath === source)
    throw new Error(l10n.t('A file cannot be converted to itself. Choose another name.'));
  await link.request('esrgan/convertWeights', { file: source, output: to.fsPath });
  return to.fsPath;
}

/** A name for a file of the same weights in the other format: PyTorch's for safetensors, and the reverse. */
export function convertedName(file: string): string {
  const other = extname(file).toLowerCase() === '.safetensors' ? '.pth' : '.safetensors';
  return basename(file, extname(file)) + other;
}
