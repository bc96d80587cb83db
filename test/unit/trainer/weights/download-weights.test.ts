import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, test, vi } from 'vitest';
import { registerWeights } from '../../../../trainer/cli/weights.ts';
import { vggConvolutions, vggParameters } from '../../../../trainer/models/vgg/shapes.ts';
import { readSafetensors } from '../../../../trainer/tensor-files/safetensors.ts';
import {
  downloadWeights,
  shownAddress,
  weightsSources,
} from '../../../../trainer/weights/download-weights.ts';
import { readVgg } from '../../../../trainer/weights/vgg-file.ts';
import { fileServer } from '../data/download/file-server.ts';
import { temporaryFolder } from '../data/images.ts';

const parameters = vggParameters(vggConvolutions('vgg11'));
const half = { one: 0x3c00, minusTwo: 0xc000 };

/** A file of VGG11 with a classifier, in halves, all of them one. */
function madeFile(shapes: ReadonlyMap<string, readonly number[]>): Buffer {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const [name, shape] of shapes) {
    const begin = end;
    end += 2 * shape.reduce((product, dimension) => product * dimension, 1);
    header[name] = { dtype: 'F16', shape, data_offsets: [begin, end] };
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const data = Buffer.from(new Uint16Array(end / 2).fill(half.one).buffer);
  data.writeUInt16LE(half.minusTwo, 0);
  return Buffer.concat([length, text, data]);
}

const file = madeFile(new Map([...parameters, ['classifier.6.bias', [1000]]]));
const sum = createHash('sha256').update(file).digest('hex');

/** A made file on a server in place of torchvision's. */
function source(address: string, sha256 = sum.slice(0, 8), type: 'vgg11' | 'vgg16' = 'vgg11') {
  return {
    name: type,
    address,
    file: `${type}-${sha256}.safetensors`,
    sha256,
    read: (path: string) => readVgg(path, type),
  };
}

describe('weights of VGG', () => {
  test('are downloaded, checked and saved without the classifier', async () => {
    const { url } = await fileServer({ body: file, cutAfter: 1_000_000 }, { body: file });
    const folder = join(temporaryFolder(), 'new', 'folder');
    const to = join(folder, 'vgg11.safetensors');
    await downloadWeights(source(url), to, { retryDelays: [0] });
    const { tensors, metadata } = readSafetensors(to);
    expect([...tensors.keys()].sort()).toEqual([...parameters.keys()].sort());
    expect(tensors.get('features.0.weight')!.data.slice(0, 3)).toEqual(Float32Array.of(-2, 1, 1));
    expect(tensors.get('features.18.weight')!.shape).toEqual([512, 512, 3, 3]);
    expect(metadata).toMatchObject({ architecture: 'vgg11', sha256: sum });
    expect(readdirSync(folder)).toEqual(['.downloads', 'vgg11.safetensors']);
  });

  test.each<[string, string, 'vgg11' | 'vgg16', RegExp]>([
    [
      'a file with another SHA-256',
      '00000000',
      'vgg11',
      /is damaged: its SHA-256 starts with [0-9a-f]{8} instead of 00000000.*deleted/,
    ],
    [
      'a file of another network',
      sum,
      'vgg16',
      /does not hold torchvision's weights of vgg16.*features\.2\.weight is missing/,
    ],
  ])('are refused: %s', async (_, sha256, type, message) => {
    const { url } = await fileServer({ body: file });
    const folder = temporaryFolder();
    const to = join(folder, 'vgg.safetensors');
    await expect(downloadWeights(source(url, sha256, type), to)).rejects.toThrow(message);
    expect(readdirSync(folder).filter((name) => name !== '.downloads')).toEqual([]);
  });

  test('are downloaded once by two that download them at the same time', async () => {
    const { url, requests } = await fileServer({ body: file });
    const to = join(temporaryFolder(), 'vgg11.safetensors');
    const download = (onWait: (message: string) => void) => downloadWeights(source(url), to, { onWait });
    const [first, second]: [string[], string[]] = [[], []];
    await Promise.all([
      download((message) => first.push(message)),
      download((message) => second.push(message)),
    ]);
    expect(first).toEqual([]);
    expect(second).toEqual([expect.stringMatching(/^Process \d+ on .* is downloading vgg11 to .* Waiting/)]);
    expect(requests).toHaveLength(1);
    expect(existsSync(to)).toBe(true);
  });

  test('the command downloads from a mirror and rejects wrong files', async () => {
    const { url, requests } = await fileServer({ body: file });
    const folder = temporaryFolder();
    vi.stubEnv('XDG_CACHE_HOME', folder);
    const program = new Command().exitOverride();
    registerWeights(program);
    const got = program.parseAsync(['weights', 'get', 'vgg19', '--mirror', `${url}/models/`], {
      from: 'user',
    });
    await expect(got).rejects.toThrow(/instead of dcbb9e9d/);
    expect(requests).toEqual([`/models/${weightsSources.vgg19.file} -`]);
    expect(existsSync(join(folder, 'esrgan-workbench', 'vgg19.safetensors'))).toBe(false);
    vi.unstubAllEnvs();
  });

  test.each([
    [undefined, 'https://download.pytorch.org/models/vgg19-dcbb9e9d.pth'],
    ['http://mirror.lan:81/a', 'http://mirror.lan:81/a/vgg19-dcbb9e9d.pth'],
    ['https://me:secret@mirror.lan/a', 'https://mirror.lan/a/vgg19-dcbb9e9d.pth'],
    ['https://mirror.lan/get?token=secret&file=', 'https://mirror.lan/get'],
  ])('the address from %s is shown without secrets', (folder, expected) =>
    expect(shownAddress(weightsSources.vgg19, folder)).toBe(expected),
  );

  test('several are downloaded one after another, with address and size', async () => {
    const { url, requests } = await fileServer({ body: file });
    vi.stubEnv('XDG_CACHE_HOME', temporaryFolder());
    const written: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    const program = new Command().exitOverride();
    registerWeights(program);
    const args = ['weights', 'download', 'vgg19', 'niqe', 'vgg19', '--mirror', url];
    await expect(program.parseAsync(args, { from: 'user' })).rejects.toThrow(/instead of dcbb9e9d/);
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    expect(requests).toHaveLength(1);
    expect(written.join('')).toMatch(
      /^Downloading vgg19 from http:\/\/127\.0\.0\.1:\d+\/vgg19-dcbb9e9d\.pth \(18\.\d MB\)\.$/m,
    );
  });

  test.each([
    [['vgg19', 'niqe', '--to', 'x.safetensors'], /--to names one file, and 2 models are to be downloaded/],
    [['vgg19', 'vgg20'], /Allowed choices are .*vgg19.*niqe/],
  ])('%j is refused', async (args, message) => {
    const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
    registerWeights(program);
    for (const command of program.commands) command.exitOverride();
    for (const command of program.commands.flatMap(({ commands }) => commands))
      command.exitOverride().configureOutput({ writeErr: () => {} });
    const got = program.parseAsync(['weights', 'download', ...args], { from: 'user' });
    await expect(got).rejects.toThrow(message);
  });

  test('a file named by --to is replaced only with --overwrite', async () => {
    const { url, requests } = await fileServer({ body: file });
    const to = join(temporaryFolder(), 'mine.safetensors');
    writeFileSync(to, 'mine');
    const download = (...flags: string[]) => {
      const program = new Command().exitOverride();
      registerWeights(program);
      const args = ['weights', 'download', 'vgg19', '--mirror', url, '--to', to, ...flags];
      return program.parseAsync(args, { from: 'user' });
    };
    await expect(download()).rejects.toThrow(`${to} exists. Choose another name`);
    expect(requests).toEqual([]);
    await expect(download('--overwrite')).rejects.toThrow(/instead of dcbb9e9d/);
    expect(requests).toHaveLength(1);
    expect(readFileSync(to, 'utf8')).toBe('mine');
  });
});
