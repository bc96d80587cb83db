import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { PatchesQuery } from '../../../../server/protocol/training-patches.ts';
import { encodePng } from '../../../../trainer/data/decode.ts';
import { scenery } from '../../trainer/data/images.ts';
import { type ServerProcess, startServer } from '../server-process.ts';

const stage = '{ num_step: 100, cr_patch_size: [32, 32], train_datasets: [photos], val_datasets: [] }';
const text = `batch_size: 2
datasets: { photos: { hr: . } }
pretraining: ${stage}
training: ${stage}
degradation: [{ op: blur }, { op: downscale }]
`;

let folder: string;
let file: string;
let server: ServerProcess;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'training-patches-'));
  for (let i = 0; i < 3; i++) writeFileSync(join(folder, `${i}.png`), await encodePng(scenery(48, 40, 3, i)));
  file = join(folder, 'a.esrgan.yaml');
  writeFileSync(file, text);
});

afterEach(async () => {
  if (server.child.exitCode === null && server.child.signalCode === null && server.child.kill('SIGKILL'))
    await once(server.child, 'exit');
  rmSync(folder, { recursive: true, force: true });
});

const query: PatchesQuery = { stage: 'pretraining', step: 1, count: 1, without: [] };

const opsOf = async (more: Partial<PatchesQuery> = {}) =>
  (await server.request('esrgan/trainingPatches', { file, ...query, ...more })).operations.map(
    ({ op }) => op,
  );

test('patches follow the text in the editor', { timeout: 60_000 }, async () => {
  server = await startServer(folder);
  const changed = vi.fn();
  server.onMessage('esrgan/trainingPatchesChanged', changed);
  const shown = await server.request('esrgan/trainingPatches', { file, ...query });
  expect(shown).toMatchObject({ step: 1, steps: 100, batchSize: 2, scale: 4, width: 8, height: 8 });
  expect(shown.patches).toHaveLength(1);
  const png = Buffer.from(shown.patches[0]?.lr ?? '', 'base64');
  expect(png.subarray(1, 4).toString()).toBe('PNG');

  const textDocument = { uri: pathToFileURL(file).toString(), languageId: 'esrgan-yaml', version: 1, text };
  await server.notify('textDocument/didOpen', { textDocument });
  await server.notify('textDocument/didChange', {
    textDocument: { uri: textDocument.uri, version: 2 },
    contentChanges: [{ text: text.replace('op: blur', 'op: noise') }],
  });
  await vi.waitFor(() => expect(changed).toHaveBeenCalledWith({ file }), { timeout: 20_000 });
  expect(await opsOf()).toEqual(['noise', 'downscale']);
  await server.notify('textDocument/didChange', {
    textDocument: { uri: textDocument.uri, version: 3 },
    contentChanges: [{ text: text.replace('op: blur', 'op: blurr') }],
  });
  await expect(opsOf()).rejects.toThrow(/^a\.esrgan\.yaml:5:\d+: error: .*did you mean/);
  await server.notify('textDocument/didClose', { textDocument: { uri: textDocument.uri } });
  expect(await opsOf()).toEqual(['blur', 'downscale']);
});

test('a newer request cancels the one before it', { timeout: 60_000 }, async () => {
  server = await startServer(folder);
  // Both are sent before the process has started.
  const [older, newer] = [opsOf({ step: 2 }), opsOf({ step: 3 })];
  await expect(older).rejects.toThrow('Cancelled.');
  expect(await newer).toEqual(['blur', 'downscale']);
});

test('an editor without the extension gets a page', { timeout: 60_000 }, async () => {
  server = await startServer(folder, {}, null);
  const message = new Promise<string>((resolve) => {
    server.onMessage('window/showMessage', (params) => resolve(JSON.stringify(params)));
  });
  await server.ask('workspace/executeCommand', {
    command: 'esrgan.showTrainingPatches',
    arguments: [{ file, stage: 'training' }],
  });
  const url = /file:[^"\s]+\.html/.exec(await message)?.[0] ?? '';
  const page = readFileSync(fileURLToPath(url), 'utf8');
  expect(page.match(/<figure>/g)).toHaveLength(2);
  expect(page).toMatch(/<li>blur: \w+, \d+ px/);
  expect(page).toContain('training, step 1 of 100, epoch 1: 2 of 2 patches');
});
