import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runActions } from '../../../server/protocol/run-actions.ts';
import { runColorTable } from '../../../server/protocol/run-colors.ts';
import { engineNames } from '../../../trainer/engine/engines.ts';
import { imageExtensions, videoExtensions } from '../../../trainer/files/image-names.ts';

const root = join(import.meta.dirname, '../../..');
const manifestText = readFileSync(join(root, 'package.json'), 'utf8');
const manifest = JSON.parse(manifestText);
const { contributes } = manifest;
const titles: Record<string, string> = JSON.parse(readFileSync(join(root, 'package.nls.json'), 'utf8'));
const code = readdirSync(join(root, 'client'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(root, 'client', file), 'utf8'))
  .join('\n');

/** The distinct first groups of a pattern in a text, sorted. */
function found(pattern: RegExp, text = code): string[] {
  return [...new Set([...text.matchAll(pattern)].map((match) => match[1]!))].sort();
}

const commandIds: string[] = contributes.commands.map(({ command }: { command: string }) => command);
const viewIds: string[] = contributes.views.esrgan.map(({ id }: { id: string }) => id);

test('manifest and code have the same commands', () =>
  expect(found(/^ {4}(?:async )?'(esrgan\.\w+)'(?:\(|:)/gm)).toEqual([...commandIds].sort()));

test('the palette always has the commands that need no run or folder', () => {
  const sometimes: string[] = contributes.menus.commandPalette.map(
    ({ command }: { command: string }) => command,
  );
  expect(commandIds.filter((id) => !sometimes.includes(id)).sort()).toEqual([
    'esrgan.doctor',
    'esrgan.downloadModels',
    'esrgan.importOptions',
    'esrgan.newRun',
    'esrgan.previewUpscaling',
    'esrgan.restartServer',
    'esrgan.showServerLog',
    'esrgan.testWebhook',
    'esrgan.upscale',
    'esrgan.upscaleWith',
  ]);
});

test('every command has a title, and all are of one category', () =>
  expect(
    contributes.commands.filter(
      ({ title, category }: { title?: string; category?: string }) => !title || category !== 'ESRGAN',
    ),
  ).toEqual([]));

test('settings that name programs, folders or files, or upload, are restricted in untrusted workspaces', () => {
  const named = Object.keys(contributes.configuration.properties).filter((id) =>
    /path|folder|name|webhook|^enabled$/i.test(id.split('.').at(-1)!),
  );
  expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toEqual(named.sort());
});

test('every view is created in the code', () =>
  expect(found(/createTreeView(?:<\w+>)?\('(esrgan\.\w+)'/g)).toEqual([...viewIds].sort()));

test('every language-model tool is registered', () =>
  expect(found(/registerTool\('(esrgan_\w+)'/g)).toEqual(
    contributes.languageModelTools.map(({ name }: { name: string }) => name).sort(),
  ));

test('the settings are those that server and client read', () => {
  const protocol = readFileSync(join(root, 'server/protocol/settings.ts'), 'utf8');
  const [ofRuns = '', ofMirror = ''] = protocol.split('interface MirrorSettings');
  const [ofNotify = ''] = readFileSync(join(root, 'trainer/notify/settings.ts'), 'utf8').split('\n}\n');
  const own = readFileSync(join(root, 'client/upscaling/upscale-settings.ts'), 'utf8');
  expect(Object.keys(contributes.configuration.properties).sort()).toEqual(
    [
      ...found(/readonly (\w+):(?! (?:Mirror|Notify)Settings)/g, ofRuns).map((name) => `esrgan.${name}`),
      ...['enabled', ...found(/readonly (\w+):/g, ofMirror)].map((name) => `esrgan.mirror.wandb.${name}`),
      ...found(/readonly (\w+):/g, ofNotify).map((name) => `esrgan.notify.${name}`),
      ...found(/\.get(?:<[^>]*>)?\('(\w+)'/g, own).map((name) => `esrgan.upscale.${name}`),
    ].sort(),
  );
});

test('the setting of the engine offers every engine', () =>
  expect(contributes.configuration.properties['esrgan.upscale.engine'].enum).toEqual([
    'auto',
    ...engineNames,
  ]));

test.each([
  ['esrgan.upscale', [...imageExtensions, ...videoExtensions]],
  ['esrgan.upscaleWith', [...imageExtensions, ...videoExtensions]],
  ['esrgan.previewUpscaling', imageExtensions],
])('the menus show %s for all files that it takes', (id, extensions) => {
  const whens = ['explorer/context', 'editor/title'].flatMap((menu): string[] =>
    contributes.menus[menu]
      .filter(({ command }: { command: string }) => command === id)
      .map(({ when }: { when: string }) => when),
  );
  expect(whens).toHaveLength(2);
  for (const when of whens) expect(when).toContain(`(${extensions.join('|')})$/i`);
});

test('package.nls.json has every key of the manifest and no others', () =>
  expect(found(/"%([\w.]+)%"/g, manifestText)).toEqual(Object.keys(titles).sort()));

test('menus, keys and the walkthrough name existing commands and views', () => {
  const menus = Object.values<{ command: string; when?: string }[]>(contributes.menus).flat();
  const named = [
    ...menus.map(({ command }) => command),
    ...contributes.keybindings.map(({ command }: { command: string }) => command),
    ...found(/command:(esrgan[\w.]+)/g, JSON.stringify(titles)),
    ...found(/onCommand:(esrgan[\w.]+)/g, manifestText),
  ];
  const known = new Set([...commandIds, ...viewIds.map((id) => `${id}.focus`)]);
  expect(named.filter((command) => !known.has(command))).toEqual([]);
  const contexts = found(/(esrgan\.(?:can\.)?\w+)/g, menus.map(({ when }) => when).join('\n'));
  const set = [
    'esrgan.isListed',
    'esrgan.hasRuns',
    ...found(/archivedKey = '(esrgan\.\w+)'/g),
    ...found(/viewType = '(esrgan\.\w+)'/g),
    ...viewIds,
    ...runActions.map((action) => `esrgan.can.${action}`),
  ];
  expect(contexts.filter((key) => !set.includes(key))).toEqual([]);
});

test('files that the manifest names exist', () => {
  const files = found(/"(?:\.\/)?((?:media|schemas)\/[\w./-]+\.\w+)"/g, manifestText);
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test('icons of states exist', () => {
  const names = found(/\bicon\('(\w+)'\)/g);
  expect(names).toEqual(['done', 'failed', 'idle', 'live', 'paused', 'queued']);
  expect(names.filter((name) => !existsSync(join(root, `media/icons/run-${name}.svg`)))).toEqual([]);
});

describe('colors of runs', () => {
  test('are those of the table', () =>
    expect(contributes.colors.map(({ defaults }: { defaults: object }) => defaults)).toEqual(
      runColorTable.map((color) => ({ ...color })),
    ));
  test('are numbered from 0', () =>
    expect(contributes.colors.map(({ id }: { id: string }) => id)).toEqual(
      Array.from({ length: runColorTable.length }, (_, i) => `esrgan.run${i}`),
    ));
});

test('the walkthrough has at most six steps', () =>
  expect(
    contributes.walkthroughs.flatMap(({ steps }: { steps: object[] }) => steps).length,
  ).toBeLessThanOrEqual(6));
