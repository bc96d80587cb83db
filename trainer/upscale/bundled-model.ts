import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The file of the model that comes along with the program, `media/models/*.safetensors` in its folder: the first by
 * name, or undefined where there is none.
 *
 * @param from folder of the running code, which lies somewhere in the program's folder
 */
export function findBundledModel(from: string = import.meta.dirname): string | undefined {
  const models = join(from, 'media', 'models');
  if (!existsSync(models)) return dirname(from) === from ? undefined : findBundledModel(dirname(from));
  const [first] = readdirSync(models)
    .filter((name) => name.endsWith('.safetensors'))
    .sort();
  return first === undefined ? undefined : join(models, first);
}
