import { execFile } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { WorkbenchError } from '../errors/errors.ts';
import { createEagerEngine } from './eager-engine.ts';
import { type Engine, type EngineName, engineNames } from './engine.ts';
import { createOnnxEngine } from './onnx-engine.ts';
import type { ProbeFinding } from './probe.ts';
import { loadTensorflow } from './tensorflow.ts';

/** One engine on this machine: usable, or what exactly is missing. */
export interface EngineFinding {
  readonly name: EngineName;
  readonly available: boolean;
  /** The device, or why it is not to be had. */
  readonly detail: string;
  /** What this engine needs. */
  readonly needed: string;
  /** Whether `auto` may choose it: never a software GPU, nor TensorFlow where it fell to the CPU. */
  readonly isAutomatic: boolean;
}

const wanted: Readonly<Record<EngineName, string>> = {
  cuda: 'ONNX Runtime’s CUDA provider. It needs an NVIDIA driver, CUDA 12 and cuDNN 9, and on Linux x64 the libraries that `npm rebuild onnxruntime-node --onnxruntime-node-install=cuda12` downloads.',
  tensorflow:
    'TensorFlow’s own library. `npm install @tensorflow/tfjs-node-gpu` brings it where its download can be had; its GPU needs CUDA 11.2 and cuDNN 8.1.',
  webgpu:
    'A GPU with a Vulkan (Linux), Direct3D 12 (Windows) or Metal (macOS) driver; on Linux also libvulkan1.',
  cpu: '',
};

/** Looks at one engine without starting a run on it. */
export async function findEngine(name: EngineName): Promise<EngineFinding> {
  if (name === 'cpu') {
    const model = cpus()[0]?.model.trim() ?? 'CPU';
    const detail = `${model}, ${availableParallelism()} threads`;
    return { name, available: true, detail, needed: wanted.cpu, isAutomatic: true };
  }
  if (name === 'tensorflow') {
    const found = loadTensorflow();
    if (!found.available) return missing(name, found.reason);
    const device = found.isUsingGpu ? 'GPU' : 'CPU only: TensorFlow found no GPU that it can use';
    const detail = `${found.package}, ${device}`;
    return { name, available: true, detail, needed: wanted.tensorflow, isAutomatic: found.isUsingGpu };
  }
  const found = await probeApart(name);
  if (!found.available) return missing(name, found.reason);
  return {
    name,
    available: true,
    detail: found.device,
    needed: wanted[name],
    isAutomatic: !found.isSoftware,
  };
}

function missing(name: EngineName, reason: string): EngineFinding {
  // ONNX Runtime puts its own source line and condition before what it has to say.
  const detail = reason.replace(/^\/\S+:\d+ .* was false\. /s, '');
  return { name, available: false, detail, needed: wanted[name], isAutomatic: false };
}

/** All engines, in the order in which `auto` tries them. */
export function findEngines(): Promise<EngineFinding[]> {
  return Promise.all(engineNames.map(findEngine));
}

/**
 * Opens the engine that a run asks for.
 *
 * @throws WorkbenchError `engine` where it is not to be had: a run never falls to a slower one in silence
 */
export async function openEngine(asked: EngineName | 'auto'): Promise<Engine> {
  for (const name of asked === 'auto' ? engineNames : [asked]) {
    const finding = await findEngine(name);
    if (asked === 'auto' ? finding.isAutomatic : finding.available) return create(finding);
    if (asked !== 'auto') {
      throw new WorkbenchError(
        'engine',
        `The engine ${name} is not available: ${finding.detail}\nIt needs: ${finding.needed}\n\`esrgan doctor\` shows what this machine has.`,
      );
    }
  }
  throw new Error('The CPU engine is always there.');
}

function create({ name, detail }: EngineFinding): Engine {
  return name === 'tensorflow'
    ? createEagerEngine({ name, device: detail, backend: 'tensorflow' })
    : createOnnxEngine({ name, device: detail });
}

/** Tries a provider in a process of its own, which may crash. */
async function probeApart(provider: 'cuda' | 'webgpu'): Promise<ProbeFinding> {
  const command = fileURLToPath(new URL('./esrgan.js', import.meta.url));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [command, 'probe', provider], {
      timeout: 60_000,
    });
    return readFinding(stdout);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0]! : String(error);
    return { available: false, reason: `Trying it ended badly: ${reason}` };
  }
}

function readFinding(text: string): ProbeFinding {
  const value: unknown = JSON.parse(text.trim().split('\n').at(-1) ?? '');
  if (typeof value === 'object' && value !== null) {
    if ('device' in value && 'isSoftware' in value) {
      return { available: true, device: String(value.device), isSoftware: value.isSoftware === true };
    }
    if ('reason' in value) return { available: false, reason: String(value.reason) };
  }
  return { available: false, reason: `An answer that makes no sense: ${text.slice(0, 200)}` };
}
