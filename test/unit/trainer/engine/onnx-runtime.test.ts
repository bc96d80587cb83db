import { expect, test } from 'vitest';
import { onnxRuntime, whyMissing } from '../../../../trainer/engine/onnx-runtime.ts';

test('is loaded once', () => {
  expect(onnxRuntime().InferenceSession.create).toBeTypeOf('function');
  expect(onnxRuntime()).toBe(onnxRuntime());
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
