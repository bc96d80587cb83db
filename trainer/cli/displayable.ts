import type { Command } from 'commander';
import { displayableImage } from '../upscale/displayable.ts';
import { print } from './terminal.ts';

/** Adds the hidden `esrgan displayable`: it converts images that a browser cannot show. */
export function registerDisplayable(program: Command): void {
  program
    .command('displayable <image> <copy>', { hidden: true })
    .action(async (image: string, copy: string) => {
      print(`${JSON.stringify(await displayableImage(image, copy))}\n`);
    });
}
