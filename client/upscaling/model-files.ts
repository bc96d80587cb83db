import { RelativePattern, Uri, workspace } from 'vscode';
import { modelFolders } from './upscale-settings.ts';

/**
 * Extensions of files of weights. The weights editor of the manifest has the same but `param`, which many programs use for
 * texts.
 */
export const modelExtensions = ['safetensors', 'pth', 'pt', 'ckpt', 'onnx', 'param'] as const;

const maximumFiles = 500;

/** Files of weights in the workspace and the folders of the settings, without checkpoints of runs. */
export async function findModelFiles(): Promise<string[]> {
  const pattern = `**/*.{${modelExtensions.join(',')}}`;
  const excluded = '**/{node_modules/**,checkpoints/{pretraining,training}-*/**}';
  const found = await Promise.all([
    workspace.findFiles(pattern, excluded, maximumFiles),
    ...modelFolders().map((folder) =>
      workspace.findFiles(new RelativePattern(Uri.file(folder), pattern), excluded, maximumFiles),
    ),
  ]);
  return found.flat().flatMap(({ scheme, fsPath }) => (scheme === 'file' ? [fsPath] : []));
}
