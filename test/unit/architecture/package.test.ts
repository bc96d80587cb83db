import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import picomatch from 'picomatch';
import { describe, expect, test } from 'vitest';

// `.vscodeignore` excludes everything and then names what the packaged extension holds. Of the native packages, that is
// compared with what they load.

const root = join(import.meta.dirname, '../../..');
const [excluded, ...patterns] = readFileSync(join(root, '.vscodeignore'), 'utf8')
  .split(/\r?\n/)
  .filter((line) => line !== '' && !line.startsWith('#'));
const isPackaged = picomatch(
  patterns.map((pattern) => pattern.replace(/^!/, '')),
  { dot: true },
);

const filesOf = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((file) => isPackaged(file) && statSync(join(root, file)).isFile());
const dependencies = filesOf('node_modules');

test('all that is not named is excluded', () => {
  expect(excluded).toBe('**');
  expect(patterns.filter((pattern) => !pattern.startsWith('!'))).toEqual([]);
});

test('only packages that are loaded are in it', () => {
  const names = dependencies.map((file) => /^node_modules\/((@[^/]*\/)?[^/]*)/.exec(file)?.[1] ?? file);
  const isLoaded = /^(@img\/(colour|sharp-.*)|detect-libc|onnxruntime-common|onnxruntime-node|semver|sharp)$/;
  expect(names.filter((name) => !isLoaded.test(name))).toEqual([]);
});

test('of packages, the scripts and JSON are those that they load', () => {
  const script = `require('sharp'); require('onnxruntime-node');
    console.log(JSON.stringify(Object.keys(require.cache)));`;
  const cached: string[] = JSON.parse(
    execFileSync(process.execPath, ['-e', script], { cwd: root }).toString(),
  );
  const loaded = cached.map((file) => file.slice(root.length + 1).replaceAll('\\', '/'));
  const packaged = dependencies.filter(
    (file) => /\.(c?js|json)$/.test(file) && !/\/package\.json$/.test(file),
  );
  const isText = (file: string) => !/\.node$|\/package\.json$/.test(file);
  // The patterns name whole folders.
  const others = [
    'node_modules/onnxruntime-common/dist/cjs/tensor-utils.js',
    'node_modules/onnxruntime-common/dist/cjs/type-helper.js',
    'node_modules/semver/classes/index.js',
  ];
  expect(packaged.sort()).toEqual([...loaded.filter(isText), ...others].sort());
});

describe('libraries of ONNX Runtime', () => {
  test.each([
    { platform: 'darwin/arm64', files: ['libonnxruntime.1.dylib', 'onnxruntime_binding.node'] },
    { platform: 'linux/arm64', files: ['libonnxruntime.so.1', 'onnxruntime_binding.node'] },
    { platform: 'linux/x64', files: ['libonnxruntime.so.1', 'onnxruntime_binding.node'] },
    {
      platform: 'win32/arm64',
      files: ['dxcompiler.dll', 'dxil.dll', 'onnxruntime.dll', 'onnxruntime_binding.node'],
    },
    {
      platform: 'win32/x64',
      files: ['dxcompiler.dll', 'dxil.dll', 'onnxruntime.dll', 'onnxruntime_binding.node'],
    },
  ])('$platform', ({ platform, files }) => {
    const folder = `node_modules/onnxruntime-node/bin/napi-v6/${platform}`;
    expect(filesOf(folder).sort()).toEqual(files.map((file) => `${folder}/${file}`));
  });
});
