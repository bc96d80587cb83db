import { WorkbenchError } from '../errors/errors.ts';
import { quoted } from '../errors/quoted.ts';
import { generatorArchitectures, type RecognizedGenerator } from '../models/generators.ts';
import { otherArchitecture } from '../models/other-architectures.ts';
import type { TensorFile } from '../tensor-files/tensors.ts';

/**
 * Recognizes the generator in a file.
 *
 * @throws WorkbenchError `data` if the file holds no generator of a known architecture; the message names the network
 *   that it holds, if it is known
 */
export function recognizeGenerator(file: TensorFile): RecognizedGenerator {
  for (const { recognize } of generatorArchitectures) {
    const found = recognize(file);
    if (found) return found;
  }
  const [first = 'nothing'] = file.entries.keys();
  const other = otherArchitecture(file.entries.keys());
  const what = other ? `it holds ${other}` : `its first tensor is ${quoted(first)}`;
  throw new WorkbenchError(
    'data',
    `${file.path} is not an ESRGAN generator: ${what}. The names of ESRGAN, BasicSR, Real-ESRGAN and of the original program are supported; \`esrgan inspect\` lists what a file holds.`,
  );
}
