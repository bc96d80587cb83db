import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isPlainObject } from '../../../trainer/guards/guards.ts';
import { createManifest } from '../../../trainer/runs/manifest.ts';
import { createRunDirectory } from '../../../trainer/runs/run-directory.ts';
import { asOnUnix, isWindows, unlessWindows } from '../../unix.ts';
import { temporaryFolder } from '../trainer/runs/temporary-run.ts';
import { type ServerProcess, startServer } from './server-process.ts';

const folder = temporaryFolder();
const file = join(folder, 'small.esrgan.yaml');
/** In another spelling than the server's: editors other than VS Code find a document by their own. */
const uri = pathToFileURL(file).toString().replace('small.', '%73mall.');
const textDocument = { uri };
const lines = [
  'name: small',
  'scale_factor: 4',
  'engine: cpu',
  'datasets:',
  '  mine: { hr: nowhere }',
  'pretraining:',
  '  lr: 1.0e-4',
  '  num_epock: 10',
  '  train_datasets: [mine]',
  'runs_dir: .',
  '',
];
let server: ServerProcess;

/** Of each message about problems, their codes; the texts of all problems so far. */
const published: string[][] = [];
const texts = new Set<string>();
let wake = () => {};

async function problems(holds: (codes: readonly string[]) => boolean): Promise<void> {
  while (!published.some(holds)) await new Promise<void>((resolve) => (wake = resolve));
}

beforeAll(async () => {
  writeFileSync(file, lines.join('\n'));
  server = await startServer(folder);
  server.onMessage('textDocument/publishDiagnostics', (params) => {
    published.push(valuesIn(params, 'code'));
    for (const text of valuesIn(params, 'message')) texts.add(text);
    wake();
  });
  await server.notify('textDocument/didOpen', {
    textDocument: { uri, languageId: 'esrgan-yaml', version: 1, text: lines.join('\n') },
  });
});

afterAll(() => {
  server.child.kill('SIGKILL');
});

function valuesIn(params: unknown, key: 'code' | 'message'): string[] {
  const diagnostics = isPlainObject(params) && Array.isArray(params.diagnostics) ? params.diagnostics : [];
  return diagnostics.map((each: unknown) => (isPlainObject(each) ? String(each[key]) : ''));
}

test('problems of the text are published at once, those of the disk later, and they stay while typing', async () => {
  await problems((codes) => codes.includes('unknown-key'));
  await server.notify('textDocument/didChange', {
    textDocument: { uri, version: 2 },
    contentChanges: [{ text: lines.join('\n').replace('num_epock', 'num_epoch') }],
  });
  await problems((codes) => codes.length > 0 && !codes.includes('unknown-key'));
  await server.notify('textDocument/didChange', {
    textDocument: { uri, version: 3 },
    contentChanges: [{ text: lines.join('\n') }],
  });
  await problems((codes) => codes.length > 1 && codes.includes('unknown-key'));
});

test('a problem names paths relative to the workspace', () => {
  expect([...texts].join('\n')).toContain('“mine”: nowhere does not exist');
});

const at = (line: number, character: number) => ({ textDocument, position: { line, character } });
const whole = { start: { line: 0, character: 0 }, end: { line: 9, character: 0 } };

test.each<[string, object, RegExp]>([
  ['completion', at(6, 2), /num_epoch/],
  ['hover', at(1, 3), /scale/i],
  ['documentSymbol', { textDocument }, /pretraining/],
  ['foldingRange', { textDocument }, /"startLine":5/],
  ['selectionRange', { textDocument, positions: [{ line: 6, character: 7 }] }, /"parent"/],
  ['documentLink', { textDocument }, /"target":"file:/],
  ['definition', at(8, 21), /"line":4/],
  ['references', { ...at(4, 3), context: { includeDeclaration: true } }, /"line":8/],
  ['prepareRename', at(4, 3), /mine/],
  ['rename', { ...at(4, 3), newName: 'ours' }, /%73mall\.esrgan\.yaml".*ours/],
  ['inlayHint', { textDocument, range: whole }, /"label"/],
  ['codeLens', { textDocument }, /esrgan\.startPretraining/],
  [
    'codeAction',
    { textDocument, range: whole, context: { diagnostics: [] } },
    /%73mall\.esrgan\.yaml".*num_epoch/,
  ],
])('%s', async (feature, params, expected) => {
  const answer = await server.ask(`textDocument/${feature}`, params);
  expect(JSON.stringify(answer)).toMatch(expected);
});

test('a refusal is shown as a message', async () => {
  await expect(server.ask('textDocument/rename', { ...at(4, 3), newName: '' })).rejects.toThrow(
    'The name of a data set must not be empty.',
  );
});

test('a document that is not open has no results', async () => {
  const params = { ...at(0, 0), textDocument: { uri: `${uri}x` } };
  expect(await server.ask('textDocument/hover', params)).toBeNull();
});

test('missing data can be downloaded, and the disk is checked again when files change', async () => {
  const text = 'pretraining: { train_datasets: [set5], val_datasets: [] }\n';
  await server.notify('textDocument/didChange', {
    textDocument: { uri, version: 4 },
    contentChanges: [{ text }],
  });
  await problems((codes) => codes.includes('dataset-missing'));
  const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
  const diagnostics = [{ range, message: '', data: { missingDataset: 'set5', scale: 2 } }];
  const params = { textDocument, range, context: { diagnostics } };
  expect(asOnUnix(await server.ask('textDocument/codeAction', params))).toEqual([
    expect.objectContaining({
      title: 'Download “set5”…',
      command: expect.objectContaining({
        command: 'esrgan.get',
        arguments: [{ kind: 'data', name: 'set5', scale: 2, file: asOnUnix(file) }],
      }),
    }),
  ]);
  published.length = 0;
  await server.request('esrgan/filesChanged', null);
  await problems((codes) => codes.includes('dataset-missing'));
});

test('run files do not include the copies in run directories', async () => {
  for (const run of ['runs/done', 'runs/waits']) {
    createManifest(createRunDirectory(join(folder, run)), {
      seed: 0,
      configHash: '',
      data: {},
      ancestry: [],
    });
  }
  for (const copy of ['runs/done/run.esrgan.yaml', 'runs/waits/launch/run.esrgan.yaml']) {
    mkdirSync(join(folder, dirname(copy)), { recursive: true });
    writeFileSync(join(folder, copy), '');
    await server.notify('workspace/didChangeWatchedFiles', {
      changes: [{ uri: pathToFileURL(join(folder, copy)).toString(), type: 1 }],
    });
  }
  expect(asOnUnix(await server.request('esrgan/runFiles', null))).toEqual(asOnUnix([file]));
});

test('presets, imports and engines can be requested', async () => {
  const presets = await server.request('esrgan/presets', null);
  expect(presets.length).toBeGreaterThan(0);
  await expect(server.request('esrgan/importOptions', { text: '- no' })).rejects.toThrow(/BasicSR/);
  const { chosen, engines } = await server.request('esrgan/engines', { again: false });
  expect(engines.find(({ name }) => name === chosen)).toMatchObject({ available: true, missing: null });
  for (const { available, device, missing } of engines) {
    expect([device !== null, missing !== null]).toEqual([available, !available]);
  }
  const { items } = await server.request('esrgan/inventory', { folder });
  expect(items.map(({ kind, name }) => `${kind} ${name}`)).toEqual(
    expect.arrayContaining(['data div2k', 'data set5', 'weights vgg19']),
  );
  const div2k = items.find(({ name }) => name === 'div2k');
  expect(div2k).toMatchObject({ present: false, description: expect.stringMatching(/GB$/), canGet: true });
  expect(asOnUnix(div2k?.path)).toBe(asOnUnix(join(folder, 'data', 'DIV2K_train_HR')));
});

test.skipIf(isWindows)(
  unlessWindows('hints do not probe engines again after a failure, a person does', 'needs a shell'),
  async () => {
    const starts = join(folder, 'starts.txt');
    const node = join(folder, 'broken-node');
    writeFileSync(starts, '');
    writeFileSync(node, `#!/bin/sh\necho started >> '${starts}'\nexit 1\n`, { mode: 0o755 });
    const other = await startServer(folder, { nodePath: node });
    const text = 'name: other\nscale_factor: 4\nengine: auto\n';
    const document = { uri: pathToFileURL(join(folder, 'other.esrgan.yaml')).toString() };
    await other.notify('textDocument/didOpen', {
      textDocument: { ...document, languageId: 'esrgan-yaml', version: 1, text },
    });
    const hints = () => other.ask('textDocument/inlayHint', { textDocument: document, range: whole });
    const engines = (again: boolean) => other.request('esrgan/engines', { again });
    for (let asked = 0; asked < 3; asked++) {
      await hints();
      await expect(engines(false)).rejects.toThrow('`esrgan doctor --json` failed');
    }
    expect(readFileSync(starts, 'utf8')).toBe('started\n');
    await expect(engines(true)).rejects.toThrow();
    expect(readFileSync(starts, 'utf8')).toBe('started\nstarted\n');
    expect(await other.shutdown()).toBe(0);
  },
);

test('it exits promptly', async () => {
  const other = await startServer(folder);
  expect(await other.shutdown()).toBe(0);
});
