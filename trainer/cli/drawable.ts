import type { Command } from 'commander';
import { drawablePicture } from '../upscale/drawable.ts';

/** Adds the hidden `esrgan drawable`, with which the editor shows pictures that its pages cannot draw. */
export function registerDrawable(program: Command): void {
  program
    .command('drawable <picture> <copy>', { hidden: true })
    .action(async (picture: string, copy: string) => {
      process.stdout.write(`${JSON.stringify(await drawablePicture(picture, copy))}\n`);
    });
}
