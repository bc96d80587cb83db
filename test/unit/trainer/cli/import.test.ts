import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, test, vi } from 'vitest';
import { registerImport } from '../../../../trainer/cli/import.ts';
import { readRunFile } from '../../../../trainer/config/index.ts';
import { temporaryFolder } from '../data/images.ts';

const folder = temporaryFolder();
const options = join(folder, 'train_span.yml');
writeFileSync(
  options,
  `name: photos
scale: 4
datasets: { train: { name: a, dataroot_gt: /d/a, gt_size: 128, batch_size_per_gpu: 8 } }
network_g: { type: span }
train: { total_iter: 1000, ema_power: 0.75, pixel_opt: { type: L1Loss } }
`,
);

async function run(...args: string[]): Promise<string> {
  const written: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  const program = new Command().exitOverride();
  registerImport(program);
  try {
    await program.parseAsync(['import', ...args], { from: 'user' });
  } finally {
    spy.mockRestore();
  }
  return written.join('');
}

test('writes a valid run file next to the options, named after the run, with the notes', async () => {
  const output = join(folder, 'photos.esrgan.yaml');
  expect(await run(options)).toBe(
    `not carried over: \`train.ema_power\`: not supported.\n${output}: 1 note, at its start\nNext: esrgan train ${output}\n`,
  );
  const text = readFileSync(output, 'utf8');
  expect(text).toMatch(/^# Not carried over from the option file:\n/);
  expect(readRunFile(text, { file: output })).toMatchObject({
    config: { name: 'photos', generator: { type: 'span' } },
    problems: [],
  });
  await expect(run(options)).rejects.toThrow(/photos\.esrgan\.yaml exists.*--overwrite/);
  expect(await run(options, '--overwrite', '--json')).toBe(
    `${JSON.stringify({ event: 'done', file: output })}\n`,
  );
});

test('writes the named file', async () => {
  mkdirSync(join(folder, 'runs'));
  const output = join(folder, 'runs', 'mine.esrgan.yaml');
  await run(options, output);
  expect(readFileSync(output, 'utf8')).toContain('name: photos');
});

test.each<[string[], RegExp]>([
  [[join(folder, 'none.yml')], /The file .*none\.yml does not exist/],
  [[options, join(folder, 'no', 'a.yaml')], /The folder .*no does not exist/],
  [[join(folder, 'photos.esrgan.yaml')], /photos\.esrgan\.yaml: This is not an option file of BasicSR/],
])('%j is refused', async (args, message) => {
  await expect(run(...args)).rejects.toThrow(message);
});
