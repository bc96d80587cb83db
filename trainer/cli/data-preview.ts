import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { TrainingPatches } from '../cli-output/training-patches.ts';
import { readRunFileText } from '../config/index.ts';
import { encodePng } from '../data/decode.ts';
import { resizeImage } from '../data/degradation/interpolate.ts';
import type { ImagePair } from '../data/downscale.ts';
import { type Image, toFloatImage, toImage } from '../data/image.ts';
import { createFolderSync } from '../files/create-folder.ts';
import { describeApplied } from '../format/applied.ts';
import { type Stage, stages } from '../run-state/run-state.ts';
import { diskError, writeFileAtomic } from '../runs/atomic-file.ts';
import { cancelOnRequest } from './parent.ts';
import { createReporter, print } from './terminal.ts';
import { createPatchMaker, operationsNamed } from './training-patches.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags {
  readonly stage: Stage;
  readonly step: number;
  readonly without: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** Pixels between the images of a sheet. */
const gap = 4;

/** Adds `esrgan data preview` to `esrgan data`. */
export function registerDataPreview(data: Command): void {
  data
    .command('preview')
    .description('show the patches that a step trains on, and what was done to each')
    .argument('<run file>', 'a run file')
    .addOption(new Option('--stage <stage>', 'stage of the step').choices(stages).default('pretraining'))
    .option('--step <number>', 'step of the stage, from 1', wholeNumber, 1)
    .option(
      '--without <operations>',
      'operations of `degradation` to leave out, by name or by place from 1: blur,4',
      '',
    )
    .option('--out <folder>', 'save each patch as PNG, and a sheet of all, LR next to HR')
    .option('--json', 'print JSON')
    .action(async (file: string, { stage, step, without, out, json = false }: Flags) => {
      const reporter = createReporter({ json, stream: process.stdout });
      const cancel = cancelOnRequest();
      const names = without.split(',').flatMap((name) => name.trim() || []);
      const pairs: ImagePair[] = [];
      try {
        const patches = await createPatchMaker().make(
          {
            file,
            text: readRunFileText(file),
            stage,
            step,
            without: (config) => operationsNamed(names, config),
          },
          async (patch, slot) => {
            pairs[slot] = patch;
            if (out === undefined) return { lr: null, hr: null };
            const number = String(slot + 1).padStart(3, '0');
            return {
              lr: await save(patch.lr, out, `${number}_lr.png`),
              hr: await save(patch.hr, out, `${number}_hr.png`),
            };
          },
          cancel.signal,
        );
        if (out !== undefined) await save(sheetOf(pairs), out, 'sheet.png');
        if (json) print(`${JSON.stringify(patches)}\n`);
        else for (const line of described(patches, out)) reporter.line(line);
      } finally {
        cancel.release();
      }
    });
}

async function save(image: Image, folder: string, name: string): Promise<string> {
  try {
    createFolderSync(folder);
  } catch (error) {
    throw diskError(folder, error);
  }
  const path = join(folder, name);
  writeFileAtomic(path, await encodePng(image));
  return path;
}

function described(patches: TrainingPatches, out: string | undefined): string[] {
  const { stage, step, steps, epoch, scale, width, height, batchSize } = patches;
  return [
    `${stage}, step ${step} of ${steps}, epoch ${epoch}: ${batchSize} patches, LR ${width}x${height}, HR ${width * scale}x${height * scale}`,
    ...patches.patches.flatMap(({ image, applied }, slot) => [
      `${slot + 1}  ${image}`,
      ...applied.map((each) => `     ${describeApplied(each, { width, height })}`),
    ]),
    out === undefined
      ? 'Add --out FOLDER to save them as images.'
      : `The patches are in ${out}; sheet.png shows all.`,
  ];
}

/** Smaller HR patches are enlarged in the sheet, so that they can be seen. */
const leastSide = 256;

/**
 * All pairs in rows: each LR patch, its pixels as squares of the size in HR, left of its HR patch. Small patches are enlarged by a
 * whole factor.
 */
function sheetOf(pairs: readonly ImagePair[]): Image {
  const [first] = pairs;
  if (!first) throw new Error('a sheet needs a patch');
  const { channels } = first.hr;
  const factor = Math.ceil(leastSide / Math.max(first.hr.width, first.hr.height));
  const [width, height] = [first.hr.width * factor, first.hr.height * factor];
  const enlarged = (image: Image) => toImage(resizeImage(toFloatImage(image), width, height, 'nearest'));
  const columns = Math.ceil(Math.sqrt(pairs.length / 2));
  const [across, down] = [2 * width + 3 * gap, height + gap];
  const sheetWidth = columns * across;
  const sheetHeight = Math.ceil(pairs.length / columns) * down;
  const data = new Uint8Array(sheetWidth * sheetHeight * channels).fill(255);
  const paste = (image: Image, left: number, top: number) => {
    for (let y = 0; y < height; y++) {
      const row = image.data.subarray(y * width * channels, (y + 1) * width * channels);
      data.set(row, ((top + y) * sheetWidth + left) * channels);
    }
  };
  for (const [i, { lr, hr }] of pairs.entries()) {
    const [left, top] = [(i % columns) * across, Math.floor(i / columns) * down];
    paste(enlarged(lr), left, top);
    paste(enlarged(hr), left + width + gap, top);
  }
  return { width: sheetWidth, height: sheetHeight, channels, data };
}
