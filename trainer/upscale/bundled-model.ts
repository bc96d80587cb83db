import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The bundled model: the first file `media/models/*.safetensors` of the program's folder by name; undefined if there is
 * none.
 *
 * @param from folder of the running code, inside of the program's folder
 */
export function findBundledModel(from: string = import.meta.dirname): string | undefined {
  const models = join(from, 'media', 'models');
  if (!existsSync(models)) return dirname(from) === from ? undefined : findBundledModel(dirname(from));
  const [first] = readdirSync(models)
    .filter((name) => name.endsWith('.safetensors'))
    .sort();
  return first === undefined ? undefined : join(models, first);
}
