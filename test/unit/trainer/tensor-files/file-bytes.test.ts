import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openOnnxUpscaler } from '../../../../trainer/upscale/onnx-upscaler.ts';
import { describeWeights } from '../../../../trainer/weights/describe.ts';

const folder = mkdtempSync(join(tmpdir(), 'file-bytes-'));

function fileOf(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 66929193\n';

test.each(['a.safetensors', 'a.pth', 'a.onnx'])('a Git LFS pointer is reported: %s', async (name) => {
  const path = fileOf(name, pointer);
  const message = /a\.\w+ is a Git LFS pointer, .* Run `git lfs pull` to download the file\.$/;
  expect(() => describeWeights(path)).toThrow(message);
  await expect(openOnnxUpscaler(path, name, 'cpu')).rejects.toThrow(message);
});

test.each([
  ['b.pth', 'version 3 of my notes', /not a valid PyTorch file/],
  ['b.onnx', 'hello', /not a valid ONNX file: .*\. Download or export it again\.$/],
  ['c.onnx', '', /not a valid ONNX file: it has no graph\. Download or export it again\.$/],
])('other files are reported as such: %s, %j', (name, text, message) => {
  expect(() => describeWeights(fileOf(name, text))).toThrow(message);
});
