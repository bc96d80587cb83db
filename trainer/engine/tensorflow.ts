import { createRequire } from 'node:module';
import { messageOf } from '../errors/errors.ts';

/** TensorFlow's native library on this machine. */
type TensorflowFinding =
  | { readonly available: true; readonly package: string; readonly isUsingGpu: boolean }
  | { readonly available: false; readonly reason: string };

/** Its packages; the one that supports GPUs is first. */
const tensorflowPackages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

type Load = (name: string) => unknown;

/**
 * Loads TensorFlow's native backend if one of its packages is installed. This registers the backend `tensorflow` with
 * TensorFlow.js.
 *
 * The packages (4.22) call `util.isNullOrUndefined` and `util.isArray`, which Node 23 removed, so they are restored
 * first. If CUDA 11.2 or cuDNN 8.1 is missing, the GPU package silently runs on the CPU: see `isUsingGpu`.
 */
export function loadTensorflow(load: Load = createRequire(import.meta.url)): TensorflowFinding {
  restoreUtil(load('node:util'));
  const reasons: string[] = [];
  for (const name of tensorflowPackages) {
    try {
      return { available: true, package: name, isUsingGpu: usesGpu(load(name)) };
    } catch (error) {
      reasons.push(explain(name, error));
    }
  }
  return { available: false, reason: reasons.join(' ') };
}

function restoreUtil(util: unknown): void {
  if (typeof util !== 'object' || util === null) return;
  if (!('isNullOrUndefined' in util)) {
    Object.assign(util, { isNullOrUndefined: (value: unknown) => value === undefined || value === null });
  }
  if (!('isArray' in util)) Object.assign(util, { isArray: Array.isArray });
}

function usesGpu(module: unknown): boolean {
  if (typeof module !== 'object' || module === null || !('backend' in module)) return false;
  const { backend } = module;
  if (typeof backend !== 'function') return false;
  const found: unknown = backend();
  return typeof found === 'object' && found !== null && 'isUsingGpuDevice' in found
    ? found.isUsingGpuDevice === true
    : false;
}

function explain(name: string, error: unknown): string {
  const message = messageOf(error).split('\n')[0]!;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'MODULE_NOT_FOUND' && message.includes(name)) return `${name} is not installed.`;
  return `${name} is installed but does not load: ${message}`;
}
