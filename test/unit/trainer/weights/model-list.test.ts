import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  downloadModel,
  findModel,
  type PublishedModel,
  publishedModels,
  searchModels,
  usableModels,
} from '../../../../trainer/weights/model-list.ts';
import { fileServer } from '../data/download/file-server.ts';
import { temporaryFolder } from '../data/images.ts';

const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');
const weights = Buffer.alloc(100_000, 'weights');

/** An entry in the format of `data/models/*.json` of OpenModelDB, with made content. */
function entry(parts: object = {}, resource: object = {}): object {
  return {
    name: 'Clear Scans ',
    author: 'ada',
    license: 'CC-BY-4.0',
    tags: ['photo', 'restoration'],
    description: 'For scans.',
    date: '2024-08-08',
    architecture: 'compact',
    size: ['64nf', '16nc'],
    scale: 2,
    inputChannels: 3,
    outputChannels: 3,
    resources: [
      {
        platform: 'pytorch',
        type: 'pth',
        size: weights.length,
        sha256: sha256(weights),
        urls: ['https://mega.nz/file/abc', 'https://example.org/2x-Clear.pth'],
        ...resource,
      },
    ],
    images: [],
    ...parts,
  };
}

describe('usable models', () => {
  test.each<[string, object, string | undefined]>([
    ['compact as .pth', entry(), 'pth https://example.org/2x-Clear.pth'],
    ['ESRGAN', entry({ architecture: 'esrgan' }), 'pth https://example.org/2x-Clear.pth'],
    ['an architecture that is not read', entry({ architecture: 'hat' }), undefined],
    [
      'any architecture as ONNX',
      entry({ architecture: 'hat' }, { type: 'onnx' }),
      'onnx https://example.org/2x-Clear.pth',
    ],
    ['gray images', entry({ inputChannels: 1 }), undefined],
    ['without a checksum', entry({}, { sha256: null }), undefined],
    [
      'on a page only',
      entry({}, { urls: ['https://mega.nz/file/abc', 'https://drive.google.com/x'] }),
      undefined,
    ],
    ['in an archive only', entry({}, { urls: ['https://example.org/a.zip'] }), undefined],
    ['of a type that is not read', entry({}, { type: 'ckpt2' }), undefined],
    ['without a scale', entry({ scale: undefined }), undefined],
  ])('%s', (_, model, expected) => {
    const [found] = usableModels({ '2x-Clear': model });
    expect(found && `${found.file.type} ${found.file.url}`).toBe(expected);
  });

  test('safetensors are preferred, and facts are read', () => {
    const { resources } = entry() as { resources: object[] };
    const other = {
      ...resources[0],
      type: 'safetensors',
      size: null,
      urls: ['https://example.org/a.safetensors'],
    };
    const [found] = usableModels({
      a: entry({ author: ['ada', 'bob'], license: null, resources: [...resources, other] }),
    });
    expect(found).toMatchObject({
      id: 'a',
      name: 'Clear Scans',
      authors: ['ada', 'bob'],
      license: null,
      scale: 2,
      file: { type: 'safetensors', bytes: null },
    });
  });

  test('an id that is no name of a file is left out', () => {
    expect(usableModels({ '../a': entry(), '.a': entry(), 'a/b': entry() })).toEqual([]);
  });
});

describe('the search', () => {
  const models = usableModels({
    '2x-Clear': entry(),
    '4x-Clear': entry({ scale: 4, author: 'bob' }),
    '4x-Anime': entry({ name: 'Anime', scale: 4, tags: ['anime'], description: '' }),
  });
  test.each<[string[], number | undefined, string[]]>([
    [[], undefined, ['2x-Clear', '4x-Clear', '4x-Anime']],
    [['SCANS'], undefined, ['2x-Clear', '4x-Clear']],
    [['scans', 'bob'], undefined, ['4x-Clear']],
    [['photo ada'], undefined, ['2x-Clear']],
    [[], 4, ['4x-Clear', '4x-Anime']],
    [['nothing'], undefined, []],
  ])('%j, scale %s', (words, scale, expected) => {
    expect(searchModels(models, words, scale).map(({ id }) => id)).toEqual(expected);
  });
  test('a model is found by its id or its name', () => {
    expect(findModel(models, '4x-Clear').id).toBe('4x-Clear');
    expect(findModel(models, '4xanime').id).toBe('4x-Anime');
    expect(findModel(models, 'Anime').id).toBe('4x-Anime');
    expect(() => findModel(models, 'clear')).toThrow(
      /There is no model clear .* Did you mean 2x-Clear, 4x-Clear\?/,
    );
    expect(() => findModel(models, 'xyz')).toThrow(/Find one with `esrgan models search`/);
  });
});

describe('the list', () => {
  const list = JSON.stringify({ '2x-Clear': entry() });
  const ids = (models: readonly PublishedModel[]) => models.map(({ id }) => id);

  test('is downloaded once a day', async () => {
    const cache = temporaryFolder();
    const { url, requests } = await fileServer({ body: Buffer.from(list) }, { body: Buffer.from('{}') });
    for (let time = 0; time < 2; time++)
      expect(ids(await publishedModels({ mirror: url, cache }))).toEqual(['2x-Clear']);
    expect(requests).toHaveLength(1);
    const [file = ''] = readdirSync(cache);
    utimesSync(join(cache, file), 1000, 1000);
    expect(await publishedModels({ mirror: url, cache })).toEqual([]);
  });

  test('of an earlier day is used without a network, and says so', async () => {
    const cache = temporaryFolder();
    const { url } = await fileServer({ body: Buffer.from(list) }, { status: 404 });
    await publishedModels({ mirror: url, cache });
    const problems: string[] = [];
    const options = {
      mirror: url,
      cache,
      refresh: true,
      retryDelays: [],
      onProblem: (text: string) => problems.push(text),
    };
    expect(ids(await publishedModels(options))).toEqual(['2x-Clear']);
    expect(problems).toEqual([expect.stringMatching(/^The list of \d{4}-\d\d-\d\d is used: /)]);
  });

  test.each(['<html>', '[]'])('that is %s is an error', async (body) => {
    const { url } = await fileServer({ body: Buffer.from(body) });
    await expect(publishedModels({ mirror: url, cache: temporaryFolder() })).rejects.toThrow(
      /is not a list of models/,
    );
  });
});

describe('a download', () => {
  const [model] = usableModels({ '2x-Clear': entry() });
  if (model === undefined) throw new Error('the model is usable');

  test('continues after an interruption, and is verified', async () => {
    const { url } = await fileServer({ body: weights, cutAfter: 40_000 }, { body: weights });
    const folder = join(temporaryFolder(), 'models');
    const path = await downloadModel(model, folder, { mirror: url, retryDelays: [0] });
    expect(path).toBe(join(folder, '2x-Clear.pth'));
    expect(readFileSync(path)).toEqual(weights);
    // The second time nothing is requested: the server has no more answers.
    expect(await downloadModel(model, folder, { mirror: url, retryDelays: [] })).toBe(path);
  });

  test('of another file is refused, and deleted', async () => {
    const { url } = await fileServer({ body: Buffer.alloc(weights.length) });
    const folder = temporaryFolder();
    await expect(downloadModel(model, folder, { mirror: url })).rejects.toThrow(
      /is not 2x-Clear\.pth of the list: its SHA-256 is [0-9a-f]{64} instead of/,
    );
    expect(existsSync(join(folder, '2x-Clear.pth'))).toBe(false);
    expect(
      readdirSync(join(folder, '.downloads')).filter((name) => name.startsWith('2x-Clear.pth.part')),
    ).toEqual([]);
  });

  test('does not replace another file of its name', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, '2x-Clear.pth'), 'mine');
    await expect(downloadModel(model, folder, {})).rejects.toThrow(/exists, and is not 2x-Clear/);
    expect(readFileSync(join(folder, '2x-Clear.pth'), 'utf8')).toBe('mine');
  });
});
