import { expect, test } from 'vitest';
import { inventoryNodes } from '../../../../client/downloads/inventory-nodes.ts';
import type { TreeNode } from '../../../../client/tree/tree-node.ts';
import type { InventoryItem, OwnImages } from '../../../../server/protocol/downloads.ts';
import type { UpscalingModel } from '../../../../server/protocol/upscaling.ts';

const here: InventoryItem = {
  kind: 'data',
  name: 'bsds500',
  present: true,
  description: '200 / 100 / 200 images',
  path: '/w/data/bsds500',
  canGet: true,
  scale: 4,
};
const missing = { ...here, name: 'div2k', present: false, description: '3.9 GB' };
const archived = { ...missing, name: 'set5', description: 'size not known', canGet: false };
const vgg: InventoryItem = { ...missing, kind: 'weights', name: 'vgg19', scale: null };
const photos: OwnImages = {
  kind: 'dataset',
  name: 'photos',
  description: '20 to train, 2 to validate · 4 MB',
  paths: ['/w/photos/train', '/w/photos/val'],
  runFile: '/w/a.esrgan.yaml',
};
const urban: OwnImages = {
  kind: 'testSet',
  name: 'urban',
  description: '9 images · 2 MB',
  paths: ['/w/urban'],
  runFile: null,
};
const report = { items: [here, missing, archived, vgg], own: [photos, urban] };

const model = (path: string, source: UpscalingModel['source'], more = {}): UpscalingModel => ({
  path,
  source,
  bytes: 5_000_000,
  format: 'safetensors',
  architecture: 'rrdb',
  scale: 4,
  blocks: 8,
  channels: 32,
  metadata: {},
  problem: null,
  ...more,
});

/** Group, icon, label, description and context of each item. */
function rows(nodes: readonly TreeNode[]): (string | undefined)[][] {
  return nodes.flatMap(({ label, children }) =>
    (typeof children === 'string' ? [] : children).map((child) => [
      label,
      child.icon,
      child.label,
      child.description,
      child.context,
    ]),
  );
}

test('the images of a folder, own ones first, then the models', () => {
  const step = {
    run: '/w/runs/a',
    stage: 'training',
    step: 5,
    score: null,
    isBelowBicubic: false,
    best: true,
    last: true,
  } as const;
  const models = [
    model('/x/base.safetensors', { kind: 'bundled', model: 'faithful' }, { metadata: { name: 'Base' } }),
    model('/w/runs/a/checkpoints/training-5', { kind: 'checkpoint', ...step }),
    model('/w/mine.pth', { kind: 'file' }),
    model('/w/broken.pth', { kind: 'file' }, { scale: null, problem: 'broken.pth is truncated.' }),
  ];
  expect(rows(inventoryNodes([{ folder: '/w', name: 'w', report }], models))).toEqual([
    ['Data Sets', 'file-media', 'photos', '20 to train, 2 to validate · 4 MB', 'images dataset prepare'],
    ['Data Sets', 'check', 'bsds500', '200 / 100 / 200 images', 'item data present prepare'],
    ['Data Sets', 'circle-slash', 'div2k', 'not downloaded · 3.9 GB', 'item data missing get'],
    ['Data Sets', 'circle-slash', 'set5', 'not downloaded · from archive', 'item data missing get'],
    ['Test Sets', 'file-media', 'urban', '9 images · 2 MB', 'images testSet'],
    [
      'Weights for Losses and Metrics',
      'circle-slash',
      'vgg19',
      'not downloaded · 3.9 GB',
      'item weights missing get',
    ],
    ['Models to Upscale With', 'layers', 'Base', '×4 · 5.0 MB · bundled', 'model'],
    ['Models to Upscale With', 'layers', 'mine.pth', '×4 · 5.0 MB', 'model'],
    ['Models to Upscale With', 'warning', 'broken.pth', '5.0 MB', 'model'],
  ]);
});

test('several folders have an item each, and unique ids', () => {
  const folders = ['/a', '/b'].map((folder) => ({ folder, name: folder, report }));
  const nodes = inventoryNodes(folders, [model('/w/mine.pth', { kind: 'file' })]);
  expect(nodes.map(({ label }) => label)).toEqual(['/a', '/b', 'Models to Upscale With']);
  const ids = (node: TreeNode): string[] => [
    node.id,
    ...(typeof node.children === 'string' ? [] : node.children.flatMap(ids)),
  ];
  const all = nodes.flatMap(ids);
  expect(new Set(all).size).toBe(all.length);
  expect(all.length).toBeGreaterThan(16);
});

test('data sets with the same images, and data sets with the same name, are items of their own', () => {
  const own = [
    photos,
    { ...photos, name: 'holiday' },
    { ...photos, paths: ['/w/other'] },
    { ...urban, paths: photos.paths },
  ];
  const nodes = inventoryNodes([{ folder: '/w', name: 'w', report: { items: [], own } }], []);
  const ids = nodes.flatMap(({ children }) =>
    typeof children === 'string' ? [] : children.map(({ id }) => id),
  );
  expect(ids).toHaveLength(4);
  expect(new Set(ids).size).toBe(4);
});
