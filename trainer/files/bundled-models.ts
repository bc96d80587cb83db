import { existsSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { isVideoName } from './image-names.ts';

/**
 * The bundled models by what they are for: `faithful` invents nothing and takes clean images; `photo` also removes the
 * compression and noise of photos.
 */
export const bundledModels = ['faithful', 'photo'] as const;
export type BundledModel = (typeof bundledModels)[number];

export function isBundledModel(name: string): name is BundledModel {
  return bundledModels.some((model) => model === name);
}

/**
 * The file of a bundled model; undefined in a build without it.
 *
 * @param from folder of the running code, inside of the program's folder
 */
export function bundledModelFile(
  model: BundledModel,
  from: string = import.meta.dirname,
): string | undefined {
  const models = join(from, 'media', 'models');
  if (!existsSync(models)) return dirname(from) === from ? undefined : bundledModelFile(model, dirname(from));
  const file = join(models, `${model}-x4.safetensors`);
  return existsSync(file) ? file : undefined;
}

/** Formats that nearly always have lost detail by compression. */
const compressed = new Set(['.jpg', '.jpeg', '.jpe', '.jfif', '.webp', '.avif']);

/** The bundled model for images, by the names of their files: `photo` if at least half of them are compressed. */
export function bundledModelFor(files: readonly string[]): BundledModel {
  const isCompressed = (file: string) => compressed.has(extname(file).toLowerCase()) || isVideoName(file);
  return files.filter(isCompressed).length * 2 >= files.length ? 'photo' : 'faithful';
}
