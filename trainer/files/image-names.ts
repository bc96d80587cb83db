/** Extensions of the image files that can be upscaled; the menus of the manifest have the same. */
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

const image = new RegExp(`\\.(${imageExtensions.join('|')})$`, 'i');

/** Whether a file can be upscaled, by its name. */
export function isImageName(path: string): boolean {
  return image.test(path);
}

/** Extensions of the video files that can be upscaled; the menus of the manifest have the same. */
export const videoExtensions = [
  'mp4',
  'm4v',
  'mov',
  'mkv',
  'webm',
  'avi',
  'mpg',
  'mpeg',
  'wmv',
  'flv',
] as const;

const video = new RegExp(`\\.(${videoExtensions.join('|')})$`, 'i');

/** Whether a file is a video, by its name. */
export function isVideoName(path: string): boolean {
  return video.test(path);
}
