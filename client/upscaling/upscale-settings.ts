import { isAbsolute, join } from 'node:path';
import { type Uri, workspace } from 'vscode';

/** Where results go and what they are called. */
export interface ResultPlace {
  /** Absolute; null: beside each image. */
  readonly outputFolder: string | null;
  readonly outputName: string;
}

/** The settings `esrgan.upscale` as they hold for an image. */
export function resultPlace(image: Uri): ResultPlace {
  const settings = workspace.getConfiguration('esrgan.upscale', image);
  const folder = settings.get('outputFolder', '').trim();
  const name = settings.get('outputName', '').trim();
  return {
    outputFolder: folder === '' ? null : absolute(folder, image),
    outputName: name === '' ? '{name}_x{scale}' : name,
  };
}

/** What upscaling computes on, as `esrgan upscale --engine` takes it. */
export function upscalingEngine(): string {
  return workspace.getConfiguration('esrgan.upscale').get('engine', 'auto');
}

/** The folders besides the workspace's that have models. */
export function modelFolders(): readonly string[] {
  const folders = workspace.getConfiguration('esrgan.upscale').get<readonly string[]>('modelFolders', []);
  return folders.map((folder) => absolute(folder, workspace.workspaceFolders?.[0]?.uri));
}

/** A relative path starts at the folder of the workspace that `of` lies in, else at the first. */
function absolute(path: string, of: Uri | undefined): string {
  if (isAbsolute(path)) return path;
  const folder = (of && workspace.getWorkspaceFolder(of)) ?? workspace.workspaceFolders?.[0];
  if (folder === undefined) {
    throw new Error(`The setting names the folder ${path}; without a workspace it must be an absolute path.`);
  }
  return join(folder.uri.fsPath, path);
}
