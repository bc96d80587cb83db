import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { afterEach, expect, test, vi } from 'vitest';
import { registerEvaluate } from '../../../../trainer/cli/evaluate.ts';
import type { OpenModel } from '../../../../trainer/cli/open-chain.ts';
import { defaultWeightsFile } from '../../../../trainer/config/index.ts';
import { encodePng } from '../../../../trainer/data/decode.ts';
import { writeSafetensors } from '../../../../trainer/tensor-files/safetensors.ts';
import { bicubicUpscaler } from '../../../../trainer/upscale/bicubic.ts';
import { readNiqe } from '../../../../trainer/weights/niqe-file.ts';
import { scenery, temporaryFolder } from '../data/images.ts';
import { hashedVgg } from '../evaluate/hashed-vgg.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function testSet(images: number, side = 40): Promise<string> {
  const dir = temporaryFolder();
  mkdirSync(join(dir, 'HR'));
  for (let i = 0; i < images; i++) {
    writeFileSync(join(dir, 'HR', `${i}.png`), await encodePng(scenery(side, side, 3, i)));
  }
  return dir;
}

/** Runs `esrgan evaluate` and returns what it printed, with the models that it opened and closed. */
async function run(...args: string[]): Promise<{ printed: string; opened: string[]; closed: string[] }> {
  const opened: string[] = [];
  const closed: string[] = [];
  const openModel: OpenModel = async (name, { engine }) => {
    opened.push(`${name} on ${engine}`);
    return { ...bicubicUpscaler(2), name, close: async () => void closed.push(name) };
  };
  const written: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  registerEvaluate(program, openModel, () => undefined);
  try {
    await program.parseAsync(['evaluate', ...args], { from: 'user' });
  } finally {
    vi.restoreAllMocks();
  }
  return { printed: written.join(''), opened, closed };
}

test('--tta measures the mean of eight passes, and marks the name', async () => {
  const set = `one=${await testSet(1)}`;
  const numbers = async (...flags: string[]) => {
    const { printed } = await run('x', '--data', set, '--protocol', 'rgb', ...flags);
    const [, name, psnr] = /^(x\+?) +one +1 +(\S+)/m.exec(printed) ?? [];
    return { name, psnr: Number(psnr) };
  };
  const [plain, ensemble] = [await numbers(), await numbers('--tta')];
  expect([plain.name, ensemble.name]).toEqual(['x', 'x+']);
  // Bicubic upscaling turns with its image, except for rounding.
  expect(ensemble.psnr).not.toBe(plain.psnr);
  expect(Math.abs(ensemble.psnr - plain.psnr)).toBeLessThan(0.5);
});

test('prints a table for each protocol, with its name in the title', async () => {
  const [one, two] = [await testSet(1), await testSet(2)];
  const { printed } = await run('bicubic', 'runs/my model', '--data', `one=${one}`, '--data', `two=${two}`);
  const blanked = printed.replaceAll(/\d+\.\d{3}(?= {2})/g, '##.###').replaceAll(/0\.\d{4}$/gm, '0.####');
  expect(
    blanked,
  ).toBe(`Protocol paper-y: Y of MATLAB's rgb2ycbcr, rounded to 8 bits; border of \`scale\` pixels cropped
model          data  images  PSNR dB    SSIM
bicubic        one        1   ##.###  0.####
bicubic        two        2   ##.###  0.####
runs/my model  one        1   ##.###  0.####
runs/my model  two        2   ##.###  0.####

Protocol rgb: R, G and B; border of \`scale\` pixels cropped
model          data  images  PSNR dB    SSIM
bicubic        one        1   ##.###  0.####
bicubic        two        2   ##.###  0.####
runs/my model  one        1   ##.###  0.####
runs/my model  two        2   ##.###  0.####
`);
});

test('prints JSON', async () => {
  const dir = await testSet(2);
  const { printed } = await run(
    'bicubic',
    '--scale',
    '2',
    '--data',
    `a=${dir}`,
    '--protocol',
    'seed, rgb',
    '--json',
  );
  const number = expect.any(Number);
  expect(JSON.parse(printed)).toEqual(
    ['seed', 'rgb'].map((protocol) => ({
      model: 'bicubic',
      data: 'a',
      protocol,
      psnr: number,
      ssim: number,
      images: ['0', '1'].map((name) => ({ name, psnr: number, ssim: number })),
    })),
  );
});

test('measures the distance of features if weights are given', async () => {
  const [dir, vgg] = [await testSet(2), hashedVgg('vgg19', ['conv3_4'])];
  const args = ['bicubic', '--data', `a=${dir}`, '--vgg', vgg, '--engine', 'cpu'];
  const { printed } = await run(...args, '--vgg-layers', 'conv3_4');
  const [, , third = ''] = printed.split('\n\n');
  expect(third.replaceAll(/[0-9a-f]{8}(?=;)|\d\.\d{4}/g, '#')).toBe(
    `Protocol vgg19-conv3_4: perceptual distance, the L1 distance of the features of VGG19 before the activation at conv3_4, as in the perceptual loss; no border cropped; weights #; lower is better
model    data  images  distance
bicubic  a          2    #
`,
  );
  await expect(run(...args, '--vgg-layers', 'conv3_4,conv6_1')).rejects.toThrow(
    /contains vgg19, which has no layer conv6_1\. Use these with --vgg-layers: conv1_1, /,
  );
});

test('measures a perceptual metric with downloaded weights, and says how to get them', async () => {
  vi.stubEnv('XDG_CACHE_HOME', temporaryFolder());
  const args = ['bicubic', '--data', `a=${await testSet(1, 200)}`, '--scale', '2', '--metrics', 'niqe'];
  const path = defaultWeightsFile('niqe');
  await expect(run(...args)).rejects.toThrow(
    `NIQE needs the weights of niqe, but ${path} does not exist. Run \`esrgan weights download niqe\` to download them.`,
  );
  mkdirSync(dirname(path), { recursive: true });
  writeSafetensors(path, readNiqe('test/fixtures/niqe/model.npz'));
  const { printed } = await run(...args);
  expect(
    printed.slice(printed.indexOf('Protocol niqe')).replaceAll(/[0-9a-f]{8}(?=;)|\d+\.\d{3}/g, '#'),
  ).toBe(
    `Protocol niqe: NIQE, without the original, of Y of MATLAB's rgb2ycbcr, rounded to 8 bits; border of \`scale\` pixels cropped; weights #; lower is better
model    data  images    NIQE
bicubic  a          1  #
`,
  );
});

test('a test image of which a metric is not defined is an error that names it', async () => {
  vi.stubEnv('XDG_CACHE_HOME', temporaryFolder());
  mkdirSync(dirname(defaultWeightsFile('niqe')), { recursive: true });
  writeSafetensors(defaultWeightsFile('niqe'), readNiqe('test/fixtures/niqe/model.npz'));
  const dir = temporaryFolder();
  const flat = { width: 200, height: 200, channels: 3, data: new Uint8Array(120_000) };
  writeFileSync(join(dir, 'black.png'), await encodePng(flat));
  await expect(run('bicubic', '--data', `a=${dir}`, '--scale', '2', '--metrics', 'niqe')).rejects.toThrow(
    /black\.png: NIQE is not defined for its upscaled image, which is flat\./,
  );
});

test('prints minimum, mean and maximum under the protocol seed', async () => {
  const { printed } = await run('bicubic', '--data', `two=${await testSet(2)}`, '--protocol', 'seed');
  expect(
    printed
      .replaceAll(/\d\d\.\d{3}/g, '##')
      .replaceAll(/0\.\d{4}/g, '#')
      .split('\n')
      .slice(1),
  ).toEqual([
    'model    data  images                   PSNR dB                      SSIM',
    'bicubic  two        2  ## / ## / ##  # / # / #',
    '',
  ]);
});

test('reports each image as JSON with --progress', async () => {
  const lines: string[] = [];
  const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  await run('bicubic', '--data', `two=${await testSet(2)}`, '--progress', '--json');
  write.mockRestore();
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual(
    [1, 2].map((image) => ({ event: 'progress', model: 'bicubic', data: 'two', image, images: 2 })),
  );
});

test('opens models on the requested engine and closes them even after a failure', async () => {
  const dir = await testSet(1);
  const good = await run('m1', 'bicubic', 'm2', '--engine', 'webgpu', '--data', `a=${dir}`);
  expect([good.opened, good.closed]).toEqual([
    ['m1 on webgpu', 'm2 on webgpu'],
    ['m1', 'm2'],
  ]);
  const closed: string[] = [];
  const program = new Command().exitOverride();
  registerEvaluate(
    program,
    async (name) => ({ ...bicubicUpscaler(4), close: async () => void closed.push(name) }),
    () => undefined,
  );
  const failing = program.parseAsync(['evaluate', 'm', '--data', 'a=/none'], { from: 'user' });
  await expect(failing).rejects.toThrow('Test set a: ');
  expect(closed).toEqual(['m']);
});

test.each([
  [['bicubic', '--data', 'set5'], /form name=folder, such as set5=data\/set5/],
  [['bicubic', '--data', '=dir'], /form name=folder/],
  [
    ['bicubic', '--data', 'a=b', '--protocol', 'y'],
    /y is not one of paper-y, basicsr-y, rgb, rgb-seed, seed/,
  ],
  [
    ['bicubic', '--data', 'a=b', '--metrics', 'psnr,lpips'],
    /psnr is not one of lpips, dists, niqe\. PSNR and SSIM are always measured/,
  ],
  [['bicubic', '--data', 'a=b', '--scale', '3'], /1, 2, 4 or 8/],
  [['bicubic'], /required option '--data <name=folder>'/],
  [['a', '--alpha', '0.5', '--data', 'a=b'], /--alpha interpolates two models/],
  [['a', 'b', '--alpha', '2', '--data', 'a=b'], /must be a number from 0 to 1/],
  [['--data', 'a=b'], /missing required argument 'model'/],
])('%j is an error', async (args, message) => {
  await expect(run(...args)).rejects.toThrow(message);
});
