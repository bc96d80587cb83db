import { join } from 'node:path';
import { cacheFolder } from '../files/user-folders.ts';
import type { VggType } from '../models/vgg/shapes.ts';

/** Where `esrgan weights download` stores weights, and where runs look for them if they do not name a file. */
export function defaultVggFile(type: VggType): string {
  return join(cacheFolder(), `${type}.safetensors`);
}
