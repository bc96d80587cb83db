import { messageOf, WorkbenchError } from '../errors/errors.ts';
import { sha256OfFile, sha256OfText } from '../runs/sha256.ts';
import { weightFiles } from '../tensor-files/ncnn-file.ts';

/**
 * SHA-256 of weights, in hex: of their file, or for the two files of an ncnn network of the hashes of both.
 *
 * @throws WorkbenchError `data` if one of them cannot be read
 */
export function sha256OfWeights(path: string): string {
  const [first = '', ...others] = weightFiles(path).map(sha256);
  return others.length === 0 ? first : sha256OfText([first, ...others].join(' '));
}

function sha256(file: string): string {
  try {
    return sha256OfFile(file);
  } catch (error) {
    throw new WorkbenchError('data', `Cannot read ${file}: ${messageOf(error)}.`);
  }
}
