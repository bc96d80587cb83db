import { execFile } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { messageOf, WorkbenchError } from '../errors/errors.ts';
import { type Device, deviceEnvironment, findDevices } from './devices.ts';
import { createEagerEngine } from './eager-engine.ts';
import type { Engine, EngineName } from './engine.ts';
import { createOnnxEngine, type OnnxEngineOptions, type OnnxProvider } from './onnx-engine.ts';
import { onnxInstallation, onnxRuntime, whatCudaNeeds } from './onnx-runtime.ts';
import type { ProbeFinding } from './probe.ts';
import { loadTensorflow } from './tensorflow.ts';

/** One engine on this machine. */
export interface EngineFinding {
  readonly name: EngineName;
  /** Its name in the interface. */
  readonly title: string;
  readonly available: boolean;
  /** The device, or why the engine is not available. */
  readonly detail: string;
  /** What this engine needs. */
  readonly needed: string;
  /** Whether `auto` may choose it: not a software GPU, nor TensorFlow on the CPU. */
  readonly isAutomatic: boolean;
}

/** The device of an engine, or why it is not available. */
type Availability =
  | { readonly available: true; readonly device: string; readonly isAutomatic: boolean }
  | { readonly available: false; readonly reason: string };

interface EngineKind {
  readonly title: string;
  needed(): string;
  /** The provider of ONNX Runtime that this engine is. */
  readonly provider?: OnnxProvider;
  find(): Promise<Availability>;
  create(device: string, options: EngineOptions): Engine;
}

type EngineOptions = Pick<OnnxEngineOptions, 'profiles'>;

/** Engines that can use one of several GPUs. */
const cudaEngines: readonly string[] = ['auto', 'cuda', 'tensorflow'];

/** The folder of the built program: a clone, or the folder of the extension. */
const programFolder = dirname(import.meta.dirname);

/** All engines, in the order in which `auto` tries them. */
const kinds: Readonly<Record<EngineName, EngineKind>> = {
  cuda: {
    title: 'CUDA',
    needed: () => whatCudaNeeds(onnxInstallation()),
    ...ofOnnxRuntime('cuda', () => probeInChild('cuda')),
  },
  tensorflow: {
    title: 'TensorFlow',
    needed: () =>
      `TensorFlow’s own library. \`npm install @tensorflow/tfjs-node-gpu\` in ${programFolder} installs it if its download is available. On a GPU it needs CUDA 11.2 and cuDNN 8.1.`,
    async find() {
      const found = loadTensorflow();
      if (!found.available) return found;
      const device = found.isUsingGpu ? 'GPU' : 'CPU only: TensorFlow found no supported GPU';
      return { available: true, device: `${found.package}, ${device}`, isAutomatic: found.isUsingGpu };
    },
    create: (device) => createEagerEngine({ name: 'tensorflow', device, backend: 'tensorflow' }),
  },
  webgpu: {
    title: 'WebGPU',
    needed: () =>
      'A GPU with a Vulkan (Linux), Direct3D 12 (Windows) or Metal (macOS) driver; on Linux also libvulkan1.',
    ...ofOnnxRuntime('webgpu', () => probeInChild('webgpu')),
  },
  cpu: {
    title: 'CPU',
    needed: () => 'Linux or Windows on x64 or arm64, or a Mac with Apple silicon.',
    ...ofOnnxRuntime('cpu', async () => {
      try {
        onnxRuntime();
      } catch (error) {
        return { available: false, reason: messageOf(error) };
      }
      const model = cpus()[0]?.model.trim() ?? 'CPU';
      return { available: true, device: `${model}, ${availableParallelism()} threads`, isAutomatic: true };
    }),
  },
};

function ofOnnxRuntime(provider: OnnxProvider, find: () => Promise<Availability>) {
  return {
    provider,
    find,
    create: (device: string, options: EngineOptions) =>
      createOnnxEngine({ name: provider, device, ...options }),
  };
}

export const engineNames: readonly EngineName[] = Object.keys(kinds).filter(isEngineName);

function isEngineName(text: string): text is EngineName {
  return Object.hasOwn(kinds, text);
}

/** What `--engine` accepts. */
export const engineChoices = `${engineNames.join(', ')}, or auto`;

/** Throws a `usage` error for a name that no engine has. */
export function parseEngine(text: string): EngineName | 'auto' {
  if (text === 'auto' || isEngineName(text)) return text;
  throw new WorkbenchError('usage', `There is no engine ${text}: choose ${engineNames.join(', ')} or auto.`);
}

async function findEngine(name: EngineName): Promise<EngineFinding> {
  const { title, find, ...kind } = kinds[name];
  const found = await find();
  const needed = kind.needed();
  if (found.available) {
    return { name, title, available: true, detail: found.device, needed, isAutomatic: found.isAutomatic };
  }
  // ONNX Runtime puts its own source line and condition before its message.
  const detail = found.reason.replace(/^\/\S+:\d+ .* was false\. /s, '');
  return { name, title, available: false, detail, needed, isAutomatic: false };
}

/** All engines, in the order in which `auto` tries them. */
export function findEngines(): Promise<EngineFinding[]> {
  return Promise.all(engineNames.map(findEngine));
}

/**
 * The GPUs among which runs can be divided: those of NVIDIA, if an engine for them is available.
 *
 * @param findings of all engines
 */
export async function usableDevices(findings: readonly EngineFinding[]): Promise<readonly Device[]> {
  const canUse = findings.some(({ name, isAutomatic }) => cudaEngines.includes(name) && isAutomatic);
  return canUse ? findDevices() : [];
}

/**
 * Opens the requested engine.
 *
 * @param device the GPU to use, as in a run file; only for the engines that can use one of several
 * @throws WorkbenchError `engine` if it is not available: a run never switches to a slower engine silently
 */
export async function openEngine(
  requested: EngineName | 'auto',
  { device = 'auto', ...options }: EngineOptions & { readonly device?: number | 'auto' } = {},
): Promise<Engine> {
  // Libraries and the process that tries them read it when they start.
  if (device !== 'auto' && cudaEngines.includes(requested))
    Object.assign(process.env, deviceEnvironment(await findDevices(), device));
  const { name, detail } = await chooseEngine(requested, engineNames);
  return kinds[name].create(detail, options);
}

/**
 * The provider of ONNX Runtime that runs ONNX files for `--engine`.
 *
 * @throws WorkbenchError `engine` if it is not available, or if it is not one of ONNX Runtime's
 */
export async function findOnnxProvider(requested: EngineName | 'auto'): Promise<OnnxProvider> {
  const names = engineNames.filter((name) => kinds[name].provider);
  if (requested === 'auto' || names.includes(requested)) {
    const { provider } = kinds[(await chooseEngine(requested, names)).name];
    if (provider) return provider;
  }
  throw new WorkbenchError(
    'engine',
    `The engine ${requested} cannot run ONNX files: choose --engine ${names.join(', ')} or auto.`,
  );
}

/** @param candidates for `auto` */
async function chooseEngine(
  requested: EngineName | 'auto',
  candidates: readonly EngineName[],
): Promise<EngineFinding> {
  if (requested === 'auto') {
    let finding: EngineFinding | undefined;
    for (const name of candidates) {
      finding = await findEngine(name);
      if (finding.isAutomatic) return finding;
    }
    throw noEngine(finding);
  }
  const finding = await findEngine(requested);
  if (finding.available) return finding;
  throw new WorkbenchError(
    'engine',
    `The engine ${requested} is not available: ${finding.detail}\nIt needs: ${finding.needed}\n\`esrgan doctor\` shows what this machine has.`,
  );
}

/** The error where `auto` finds no engine; `cpu` is why that one, which is the last, is missing. */
export function noEngine(cpu: EngineFinding | undefined): WorkbenchError {
  return new WorkbenchError('engine', `This machine has no engine. ${cpu?.detail ?? ''}`);
}

/** Tries a provider in a child process, which may crash. */
async function probeInChild(provider: OnnxProvider): Promise<Availability> {
  const command = fileURLToPath(new URL('./esrgan.js', import.meta.url));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [command, 'probe', provider], {
      timeout: 60_000,
      windowsHide: true,
    });
    const found = readFinding(stdout);
    return found.available ? { ...found, isAutomatic: !found.isSoftware } : found;
  } catch (error) {
    const reason = messageOf(error).split('\n')[0]!;
    return { available: false, reason: `The test process failed: ${reason}` };
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
  return { available: false, reason: `The test process printed an unexpected answer: ${text.slice(0, 200)}` };
}
