import type { Command } from 'commander';
import { drawableImage } from '../upscale/drawable.ts';

/** Adds the hidden `esrgan drawable`, with which the editor shows images that its pages cannot draw. */
export function registerDrawable(program: Command): void {
  program.command('drawable <image> <copy>', { hidden: true }).action(async (image: string, copy: string) => {
    process.stdout.write(`${JSON.stringify(await drawableImage(image, copy))}\n`);
  });
}
