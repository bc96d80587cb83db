import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as ort from 'onnxruntime-node';
import { messageOf, WorkbenchError } from '../errors/errors.ts';

const fromHere = createRequire(import.meta.url);
const load: (name: string) => typeof ort = fromHere;

/**
 * ONNX Runtime. It is loaded with its first use: where it has no build, all that needs no network still works.
 *
 * It would report each process, model and session to Microsoft, and keep such reports in the user's cache, if the environment
 * did not forbid it before it is loaded. On Windows it only writes events for tracing (ETW), whatever the environment says.
 *
 * @throws WorkbenchError `engine` if it does not load
 */
export function onnxRuntime(): typeof ort {
  process.env.ORT_DISABLE_TELEMETRY = '1';
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

/** A copy of ONNX Runtime. */
export interface OnnxInstallation {
  /** The platform and processor, as Node.js names them. */
  readonly target: string;
  /** Its package, an absolute path. */
  readonly folder: string;
  readonly version: string;
  /** The script of npm's package that downloads libraries; the extension does not have it. */
  readonly installer: string | undefined;
}

/** The copy that `onnxRuntime` gives; undefined if it does not load. */
export function onnxInstallation(): OnnxInstallation | undefined {
  try {
    const version = onnxRuntime().env.versions.node ?? '';
    const folder = dirname(dirname(fromHere.resolve('onnxruntime-node')));
    const installer = join(folder, 'script/install.js');
    const target = `${process.platform}-${process.arch}`;
    return { target, folder, version, installer: existsSync(installer) ? installer : undefined };
  } catch {
    return undefined;
  }
}

/** What CUDA needs beside ONNX Runtime, and where to get it. */
export function whatCudaNeeds(installation: OnnxInstallation | undefined): string {
  if (installation?.target !== 'linux-x64') {
    return 'Linux on x64: ONNX Runtime has its CUDA provider for Node.js only there. The engine webgpu uses GPUs of NVIDIA, too.';
  }
  const { folder, version, installer } = installation;
  const libraries =
    installer === undefined
      ? `libonnxruntime_providers_cuda.so and libonnxruntime_providers_shared.so from the NuGet package Microsoft.ML.OnnxRuntime.Gpu.Linux ${version}, copied to ${join(folder, 'bin/napi-v6/linux/x64')}`
      : `the libraries that \`node "${installer}" --onnxruntime-node-install=cuda12\` downloads`;
  return `An NVIDIA driver, CUDA 12, cuDNN 9 and ${libraries}.`;
}
