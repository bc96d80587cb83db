import { Uri, workspace } from 'vscode';

/** A folder of the workspace with images. */
export interface ImageFolder {
  readonly folder: Uri;
  readonly count: number;
}

/** Fewer images are icons and screenshots rather than something to train on. */
const fewest = 8;

/** More are not looked at, and not shown. */
const mostFiles = 5000;
const mostFolders = 8;

/** The folders of the workspace with images to train on, the largest first. Runs and hidden folders are not among them. */
export async function imageFolders(): Promise<readonly ImageFolder[]> {
  const files = await workspace.findFiles(
    '**/*.{png,jpg,jpeg,webp,tif,tiff,bmp,PNG,JPG,JPEG}',
    '{**/runs/**,**/node_modules/**,**/.*/**}',
    mostFiles,
  );
  return foldersOf(files);
}

/** Groups image files by folder; folders of one split count for the folder that contains them. */
export function foldersOf(files: readonly Uri[]): readonly ImageFolder[] {
  const folders = new Map<string, ImageFolder>();
  for (const file of files) {
    const own = Uri.joinPath(file, '..');
    const isSplit = /\/(train|training|val|valid|validation|test)$/i.test(own.path);
    const folder = isSplit ? Uri.joinPath(own, '..') : own;
    const count = (folders.get(folder.path)?.count ?? 0) + 1;
    folders.set(folder.path, { folder, count });
  }
  return [...folders.values()]
    .filter(({ count }) => count >= fewest)
    .toSorted((a, b) => b.count - a.count)
    .slice(0, mostFolders);
}
