import { existsSync } from 'node:fs';

// Chromium brings a software GPU that Vulkan programs can use; `.ci/run` installs both.
const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';
const libraries = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'];
const usesOwn = process.env.ESRGAN_TEST_WEBGPU === 'own';

/** Whether WebGPU can be tested: on the software GPU, or with ESRGAN_TEST_WEBGPU=own on the machine's. */
export const hasGpu =
  usesOwn || (existsSync(driver) && libraries.some((folder) => existsSync(`${folder}/libvulkan.so.1`)));

/** Lets this process, and those that it starts, find the software GPU. */
export function useTestGpu(): void {
  if (usesOwn) return;
  process.env.VK_ICD_FILENAMES = driver;
  process.env.XDG_RUNTIME_DIR ??= '/tmp';
}
