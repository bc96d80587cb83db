import { readFileSync } from 'node:fs';
import { messageOf } from '../errors/errors.ts';
import { findDevices } from './devices.ts';
import { Graph } from './graph.ts';
import { lower } from './lower.ts';
import { plainTarget } from './onnx-builder.ts';
import type { OnnxProvider } from './onnx-engine.ts';
import { onnxRuntime } from './onnx-runtime.ts';

/** The result of trying a provider of ONNX Runtime. */
export type ProbeFinding =
  | { readonly available: true; readonly device: string; readonly isSoftware: boolean }
  | { readonly available: false; readonly reason: string };

/**
 * Runs a graph of one addition on a provider. A broken driver can end the process, so this runs in a process of its
 * own: `esrgan probe PROVIDER`.
 */
export async function probe(provider: OnnxProvider): Promise<ProbeFinding> {
  try {
    const { InferenceSession, Tensor } = onnxRuntime();
    const graph = new Graph();
    const x = graph.input('x', [4], 'data');
    const sum = graph.binary('Add', x, x);
    const { model } = lower({ sum }, {}, [x], plainTarget);
    const session = await InferenceSession.create(model, {
      executionProviders: [provider],
      logSeverityLevel: 4,
    });
    await session.run({ x: new Tensor('float32', Float32Array.of(1, 2, 3, 4), [4]) });
    const device = await deviceInUse();
    await session.release();
    return { available: true, ...device };
  } catch (error) {
    return { available: false, reason: messageOf(error).trim() };
  }
}

/** Graphics drivers by a part of their library's name, which is in the list of files that a process has mapped. */
const drivers = [
  { library: 'libnvidia-gl', device: 'NVIDIA GPU', isSoftware: false },
  { library: 'libGLX_nvidia', device: 'NVIDIA GPU', isSoftware: false },
  { library: 'libcuda.so', device: 'NVIDIA GPU', isSoftware: false },
  { library: 'libvulkan_radeon', device: 'AMD GPU', isSoftware: false },
  { library: 'amdvlk', device: 'AMD GPU', isSoftware: false },
  { library: 'libvulkan_intel', device: 'Intel GPU', isSoftware: false },
  { library: 'libvulkan_asahi', device: 'Apple GPU', isSoftware: false },
  { library: 'libvk_swiftshader', device: 'SwiftShader (software)', isSoftware: true },
  { library: 'libvulkan_lvp', device: 'lavapipe (software)', isSoftware: true },
];

/**
 * The device that this process has just used. ONNX Runtime does not name it; on Linux the driver that it loaded does.
 * On other systems the GPU interface never chooses a software device by itself.
 */
async function deviceInUse(): Promise<{ device: string; isSoftware: boolean }> {
  if (process.platform !== 'linux') {
    return {
      device: process.platform === 'darwin' ? 'Apple GPU (Metal)' : 'GPU (Direct3D 12)',
      isSoftware: false,
    };
  }
  const loaded = readFileSync('/proc/self/maps', 'utf8');
  const driver = drivers.find(({ library }) => loaded.includes(library));
  if (!driver) return { device: 'GPU (Vulkan)', isSoftware: false };
  const [first] = driver.device === 'NVIDIA GPU' ? await findDevices() : [];
  return { device: first?.name ?? driver.device, isSoftware: driver.isSoftware };
}
