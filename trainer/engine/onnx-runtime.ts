import { createRequire } from 'node:module';
import type * as ort from 'onnxruntime-node';
import { messageOf, WorkbenchError } from '../errors/errors.ts';

const load: (name: string) => typeof ort = createRequire(import.meta.url);

/**
 * ONNX Runtime. It is loaded with its first use: where it has no build, all that needs no network still works.
 *
 * @throws WorkbenchError `engine` if it does not load
 */
export function onnxRuntime(): typeof ort {
  try {
    return load('onnxruntime-node');
  } catch (cause) {
    throw new WorkbenchError('engine', whyMissing(cause), { cause });
  }
}

/** Why ONNX Runtime does not load, with a remedy if there is one. */
export function whyMissing(
  error: unknown,
  platform: string = process.platform,
  processor: string = process.arch,
): string {
  if (platform === 'darwin' && processor === 'x64') {
    return 'ONNX Runtime has no build for Macs with Intel processors. On a Mac with Apple silicon, install Node.js and VS Code for Apple silicon; in place of an Intel Mac, use Linux or Windows.';
  }
  return `ONNX Runtime does not load on ${platform}-${processor}: ${messageOf(error).split('\n')[0]}`;
}
