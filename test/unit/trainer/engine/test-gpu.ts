import { existsSync } from 'node:fs';

// Debian's `chromium` brings a software Vulkan driver, `libvulkan1` the loader.
const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';
const libraries = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu'];
const usesOwn = process.env.ESRGAN_TEST_WEBGPU === 'own';

/** Whether WebGPU can be tested: on the software GPU, or with ESRGAN_TEST_WEBGPU=own on the machine's. */
export const hasGpu =
  usesOwn || (existsSync(driver) && libraries.some((folder) => existsSync(`${folder}/libvulkan.so.1`)));

/** The title of a test on WebGPU, with the reason where the test is skipped. */
export const needsGpu = (title: string): string =>
  hasGpu ? title : `${title} (skipped: no Vulkan driver for tests)`;

/** Makes the software GPU visible to this process and its child processes. */
export function useTestGpu(): void {
  if (usesOwn) return;
  process.env.VK_ICD_FILENAMES = driver;
  process.env.XDG_RUNTIME_DIR ??= '/tmp';
}
