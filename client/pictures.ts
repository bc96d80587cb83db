/** The files that pictures are read from; the manifest's menus have the same. */
export const pictureExtensions = [
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
export function isPicture(path: string): boolean {
  return new RegExp(`\\.(${pictureExtensions.join('|')})$`, 'i').test(path);
}
