import { isAbsolute, join } from 'node:path';
import { l10n, type Uri, workspace } from 'vscode';

import type { UpscalingOutput } from '../../server/protocol/upscaling.ts';
import { parseSize } from './output-labels.ts';

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

/** The usual size and form of the results. */
export function usualOutput(image: Uri): UpscalingOutput {
  const settings = workspace.getConfiguration('esrgan.upscale', image);
  const text = settings.get('size', '');
  const size = parseSize(text);
  if (size === undefined) {
    throw new Error(
      l10n.t('The setting esrgan.upscale.size is {0}. Write for example 2.5x, 3000w, 2000h or 12mp.', text),
    );
  }
  return {
    size,
    format: settings.get<UpscalingOutput['format']>('format', 'keep'),
    quality: settings.get<number | null>('quality', null),
    isBetter: false,
  };
}

/** The engine for upscaling, a value of `esrgan upscale --engine`. */
export function upscalingEngine(): string {
  return workspace.getConfiguration('esrgan.upscale').get('engine', 'auto');
}

/** URL of another folder with a list of models; null: OpenModelDB. */
export function modelMirror(): string | null {
  const mirror = workspace.getConfiguration('esrgan.upscale').get('modelMirror', '').trim();
  return mirror === '' ? null : mirror;
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
