import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { exitCodes } from '../../../../trainer/errors/errors.ts';
import { temporaryFolder } from '../../trainer/data/images.ts';

const command = fileURLToPath(new URL('../../../../dist/esrgan.js', import.meta.url));

test.each([
  ['upscale', (set: string) => ['upscale', join(set, 'HR', 'a.png'), '--model', 'bicubic']],
  ['evaluate', (set: string) => ['evaluate', 'bicubic', '--data', `set=${set}`, '--progress']],
])('%s ends if its parent does while the command is still loaded', async (_, args) => {
  const set = join(temporaryFolder(), 'set');
  mkdirSync(join(set, 'HR'), { recursive: true });
  const image = sharp({ create: { width: 64, height: 64, channels: 3, background: '#345' } });
  await image.toFile(join(set, 'HR', 'a.png'));
  const child = fork(command, args(set), { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([exitCodes.interrupted, null]);
  expect(readdirSync(join(set, 'HR'))).toEqual(['a.png']);
});
