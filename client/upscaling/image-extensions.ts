/** Extensions of image files; the menus of the manifest have the same. */
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

/** Whether a file is an image, by its name. */
export function isImage(path: string): boolean {
  return new RegExp(`\\.(${imageExtensions.join('|')})$`, 'i').test(path);
}
