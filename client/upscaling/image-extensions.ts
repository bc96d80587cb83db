/** The files that images are read from; the manifest's menus have the same. */
export const imageExtensions = [
  'png',
  'jpg',
  'jpeg',
  'jpe',
  'jfif',
  'webp',
  'tif',
  'tiff',
  'bmp',
  'gif',
  'avif',
] as const;

/** Whether a file is one by its name. */
export function isImage(path: string): boolean {
  return new RegExp(`\\.(${imageExtensions.join('|')})$`, 'i').test(path);
}
