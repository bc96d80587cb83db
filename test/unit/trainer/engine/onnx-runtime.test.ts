import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import {
  onnxInstallation,
  onnxRuntime,
  whatCudaNeeds,
  whyMissing,
} from '../../../../trainer/engine/onnx-runtime.ts';

test('is loaded once', () => {
  expect(onnxRuntime().InferenceSession.create).toBeTypeOf('function');
  expect(onnxRuntime()).toBe(onnxRuntime());
});

// In the environment of a user: tests and CI are not reported in any case. On Windows there are only events for tracing.
test.skipIf(process.platform === 'win32')('reports nothing to Microsoft, and keeps no reports', async () => {
  const home = mkdtempSync(join(tmpdir(), 'reports-'));
  const image = join(home, 'a.png');
  await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } }).toFile(image);
  const { PATH = '' } = process.env;
  execFileSync(process.execPath, ['dist/esrgan.js', 'upscale', image, '--engine', 'cpu'], {
    stdio: 'ignore',
    env: { PATH, HOME: home, TMPDIR: home },
  });
  expect(readdirSync(home)).toEqual(['a.png', 'a_x4.png']);
  rmSync(home, { recursive: true });
});

test.each([
  [
    'darwin',
    'x64',
    /^ONNX Runtime has no build for Macs with Intel processors\. On a Mac with Apple silicon, /,
  ],
  ['darwin', 'arm64', /^ONNX Runtime does not load on darwin-arm64: Cannot find module 'x'$/],
  ['linux', 'ia32', /^ONNX Runtime does not load on linux-ia32: Cannot find module 'x'$/],
])('on %s-%s without ONNX Runtime, the reason is told', (platform, processor, expected) => {
  expect(whyMissing(new Error("Cannot find module 'x'\nRequire stack:\n- y"), platform, processor)).toMatch(
    expected,
  );
});

describe('CUDA needs', () => {
  const clone = {
    target: 'linux-x64',
    folder: '/p/ort',
    version: '1.2.3',
    installer: '/p/ort/script/install.js',
  };
  const extension = { ...clone, installer: undefined };

  test.each([
    [
      'a clone',
      clone,
      / and the libraries that `node "\/p\/ort\/script\/install\.js" --onnxruntime-node-install=cuda12` downloads\.$/,
    ],
    [
      'the extension, which has no installer',
      extension,
      / and libonnxruntime_providers_cuda\.so and \S+ from the NuGet package \S+ 1\.2\.3, copied to .p.ort.bin.napi-v6.linux.x64\.$/,
    ],
    ['Windows, where ONNX Runtime has none', { ...clone, target: 'win32-x64' }, /^Linux on x64: .* webgpu /],
    ['a system without ONNX Runtime', undefined, /^Linux on x64: /],
  ])('in %s', (_, installation, expected) => {
    expect(whatCudaNeeds(installation)).toMatch(expected);
  });

  test('files that exist', () => {
    const { folder = '', version, installer = '' } = onnxInstallation() ?? {};
    expect(readdirSync(join(folder, 'bin/napi-v6'))).toContain(process.platform);
    expect(existsSync(installer)).toBe(true);
    expect(readFileSync(join(dirname(installer), 'install-metadata-versions.js'), 'utf8')).toContain(
      `'${version}'`,
    );
  });
});
