import { expect, test } from 'vitest';
import { diskFailure } from '../../../../trainer/upscale/disk-failure.ts';

test.each([
  ['ENOSPC: no space left on device, write', 'no space left on device', 'Free space there, or choose'],
  [
    'vips_target_write: write failed\nunix: system error: No space left on device\nand more',
    'No space left on device',
    'Free space there, or choose',
  ],
  ['EDQUOT: disk quota exceeded, write', 'disk quota exceeded', 'Free space there, or choose'],
  ["EACCES: permission denied, open 'a,b.png'", 'permission denied', 'Choose'],
  ["EROFS: read-only file system, open 'x'", 'read-only file system', 'Choose'],
  ['something else\nat length', 'something else', 'Choose'],
])('%s', (said, reason, advice) => {
  expect(diskFailure('x.png cannot be written', new Error(said))).toMatchObject({
    code: 'disk',
    message: `x.png cannot be written (${reason}). ${advice} another folder: --out, or the setting esrgan.upscale.outputFolder.`,
  });
});
