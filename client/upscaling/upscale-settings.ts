import { isAbsolute, join } from 'node:path';
import { l10n, type Uri, workspace } from 'vscode';

/** Folder and name of a result. */
interface ResultPlace {
  /** Absolute; null: the folder of each image. */
  readonly outputFolder: string | null;
  readonly outputName: string;
}

/** The settings `esrgan.upscale` for an image. */
export function resultPlace(image: Uri): ResultPlace {
  const settings = workspace.getConfiguration('esrgan.upscale', image);
  const folder = settings.get('outputFolder', '').trim();
  const name = settings.get('outputName', '').trim();
  return {
    outputFolder: folder === '' ? null : absolute(folder, image),
    outputName: name === '' ? '{name}_x{scale}' : name,
  };
}

/** The engine for upscaling, a value of `esrgan upscale --engine`. */
export function upscalingEngine(): string {
  return workspace.getConfiguration('esrgan.upscale').get('engine', 'auto');
}

/** Additional folders with models. */
export function modelFolders(): readonly string[] {
  const folders = workspace.getConfiguration('esrgan.upscale').get<readonly string[]>('modelFolders', []);
  return folders.map((folder) => absolute(folder, workspace.workspaceFolders?.[0]?.uri));
}

/** Resolves a relative path from the workspace folder that contains `of`, else from the first. */
function absolute(path: string, of: Uri | undefined): string {
  if (isAbsolute(path)) return path;
  const folder = (of && workspace.getWorkspaceFolder(of)) ?? workspace.workspaceFolders?.[0];
  if (folder === undefined) {
    throw new Error(
      l10n.t('The folder {0} of the settings must be an absolute path when no workspace is open.', path),
    );
  }
  return join(folder.uri.fsPath, path);
}
