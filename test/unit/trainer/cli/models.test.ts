import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, expect, test, vi } from 'vitest';
import { registerModels } from '../../../../trainer/cli/models.ts';
import { isPublishedModelsReport } from '../../../../trainer/cli-output/reports.ts';
import { fileServer } from '../data/download/file-server.ts';
import { temporaryFolder } from '../data/images.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const weights = Buffer.alloc(1000, 1);

function list(): Buffer {
  const model = (scale: number, license: string | null) => ({
    name: `Clear x${scale}`,
    author: ['ada', 'bob'],
    license,
    tags: ['photo'],
    architecture: 'span',
    scale,
    inputChannels: 3,
    outputChannels: 3,
    resources: [
      {
        type: 'pth',
        size: weights.length,
        sha256: createHash('sha256').update(weights).digest('hex'),
        urls: ['https://example.org/clear.pth'],
      },
    ],
  });
  return Buffer.from(JSON.stringify({ '2x-Clear': model(2, 'MIT'), '4x-Clear': model(4, null), bad: {} }));
}

/** Runs `esrgan models` with a cache of its own, and returns what it printed. */
async function run(...args: string[]): Promise<string> {
  vi.stubEnv('XDG_CACHE_HOME', temporaryFolder());
  let printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  registerModels(program);
  await program.parseAsync(['models', ...args], { from: 'user' });
  return printed;
}

test('search prints a line for each model', async () => {
  const { url } = await fileServer({ body: list() });
  expect(await run('search', '--mirror', `${url}/`)).toBe(
    '2x-Clear  x2  span  pth 1.0 kB  MIT  by ada, bob  photo\n4x-Clear  x4  span  pth 1.0 kB  no license  by ada, bob  photo\n',
  );
  expect(await run('search', 'photo', 'bob', '--scale', '4', '--mirror', url)).toMatch(/^4x-Clear .*\n$/);
  expect(await run('search', 'anime', '--mirror', url)).toBe('No model has all of these words.\n');
});

test.each(['ftp://example.org/models', 'models', ''])('the mirror %j is refused', async (mirror) => {
  await expect(run('search', '--mirror', mirror)).rejects.toThrow('starts with https:// or http://');
});

test('search prints JSON for programs', async () => {
  const { url } = await fileServer({ body: list() });
  const report: unknown = JSON.parse(await run('search', '--json', '--mirror', url));
  expect(isPublishedModelsReport(report) && report.map(({ id, license }) => [id, license])).toEqual([
    ['2x-Clear', 'MIT'],
    ['4x-Clear', null],
  ]);
});

test('download writes the file into the folder', async () => {
  const { url, requests } = await fileServer({ body: list() }, { body: weights });
  const folder = join(temporaryFolder(), 'models');
  const printed = await run('download', 'clear x2', '--to', folder, '--mirror', url);
  expect(requests).toEqual(['/models.json -', '/2x-Clear.pth -']);
  expect(printed).toMatch(/^2x-Clear {2}x2 .*MIT/);
  expect(printed).toContain('its checksum is correct');
  expect(readdirSync(folder).sort()).toEqual(['.downloads', '2x-Clear.pth']);
});

test('download of an unknown model names similar ones, and writes nothing', async () => {
  const { url } = await fileServer({ body: list() });
  const folder = join(temporaryFolder(), 'models');
  await expect(run('download', 'clear', '--to', folder, '--mirror', url)).rejects.toThrow(
    /Did you mean 2x-Clear, 4x-Clear\?/,
  );
  expect(existsSync(folder)).toBe(false);
});
