import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readRunFile } from '../../../trainer/config/index.ts';

const schemaFile = 'schemas/run.esrgan.schema.json';
const script = resolve('scripts/schema-types.mjs');

/** The part of JSON Schema that these tests look at. */
interface Node {
  type?: string | string[];
  description?: string;
  default?: unknown;
  properties?: Record<string, Node>;
  additionalProperties?: boolean | Node;
  items?: Node;
  allOf?: { if: Node; then: Node }[];
  originalValue?: unknown;
  paperValue?: unknown;
  commonKeys?: string[];
}

const schema: Node = JSON.parse(readFileSync(schemaFile, 'utf8'));

/** Every node with its dotted key. */
function walk(node: Node, path: string): [string, Node][] {
  const inner = Object.entries(node.properties ?? {});
  if (typeof node.additionalProperties === 'object') inner.push(['*', node.additionalProperties]);
  return [
    [path, node],
    ...inner.flatMap(([key, child]) => walk(child, path ? `${path}.${key}` : key)),
    ...variantsOf(node).flatMap((variant) => walk(variant, path).slice(1)),
    ...(node.items?.properties ? walk(node.items, `${path}[]`) : []),
  ];
}

/** The sections that a section can be by its `type`, without the keys that all of them have. */
function variantsOf({ allOf = [], properties: common = {} }: Node): Node[] {
  return allOf.map(({ then: { properties = {}, ...section } }) => ({
    ...section,
    properties: Object.fromEntries(Object.entries(properties).filter(([key]) => !Object.hasOwn(common, key))),
  }));
}

const nodes = walk(schema, '');

describe('the schema of run files', () => {
  test('is draft-07 and describes every key', () => {
    expect(schema).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#' });
    expect(nodes.filter(([, node]) => (node.description ?? '').length < 20)).toEqual([]);
  });

  test('allows no unknown key', () => {
    const maps = nodes.filter(([, node]) => [node.type].flat().includes('object'));
    const isOpen = (node: Node): boolean =>
      variantsOf(node).length > 0 ? variantsOf(node).some(isOpen) : node.additionalProperties !== false;
    const open = maps.filter(([, node]) => isOpen(node)).map(([path]) => path);
    expect(maps.length).toBeGreaterThan(15);
    expect(open).toEqual(['datasets']);
  });

  test('has a default for every key, except optional paths and bounds', () => {
    const without = nodes
      .filter(([path, node]) => path && node.default === undefined)
      .map(([path]) => path)
      // Their defaults depend on the type or on other keys, or they are off.
      .filter(
        (path) =>
          !/optimizer\.|schedule|early_stopping$|feature_matching|r1_penalty$|stop_at|\.losses|^degradation\[/.test(
            path,
          ),
      );
    expect(without).toEqual([
      'name',
      'pretraining.num_step',
      'pretraining.init',
      'pretraining.init.from',
      'training.num_step',
      'training.init.from',
      'discriminator.init',
      'perceptual_loss.weights',
      'datasets.*',
      'datasets.*.hr',
      'datasets.*.hr.train',
      'datasets.*.hr.val',
      'datasets.*.lr',
      'datasets.*.lr.train',
      'datasets.*.lr.val',
      'datasets.*.meta_info',
      'datasets.*.meta_info.train',
      'datasets.*.meta_info.val',
    ]);
  });

  test('has the hyper-parameters of the original, with the defaults of its default config', () => {
    const { config } = readRunFile('', { file: 'run.esrgan.yaml' });
    expect(config).toMatchObject({
      scale_factor: 4,
      batch_size: 16,
      img_channels: 3,
      pretraining: {
        num_epoch: 10000,
        cr_patch_size: [128, 128],
        lr: 2e-4,
        sched_step: 200000,
        sched_gamma: 0.5,
        losses: [{ type: 'l1', weight: 1, name: 'content_loss' }],
        train_datasets: ['div2k'],
        val_datasets: ['div2k'],
      },
      training: {
        num_epoch: 8000,
        cr_patch_size: [128, 128],
        g_lr: 1e-4,
        d_lr: 1e-4,
        g_sched_steps: [50000, 100000, 200000, 300000],
        g_sched_gamma: 0.5,
        d_sched_steps: [50000, 100000, 200000, 300000],
        d_sched_gamma: 0.5,
        g_adversarial_loss_scaling: 0.005,
        losses: [
          { type: 'l1', weight: 0.01, name: 'content_loss' },
          {
            type: 'perceptual',
            weight: 1,
            name: 'perceptual_loss',
            layer_weights: { conv5_4: 1 },
            vgg_type: 'vgg19',
            criterion: 'l1',
            style_weight: 0,
            normalize_input: true,
            normalize_loss: false,
          },
        ],
        train_datasets: ['div2k'],
        val_datasets: ['div2k'],
      },
      generator: {
        rrdb_channels: 64,
        growth_channels: 32,
        num_basic_blocks: 23,
        num_dense_blocks: 3,
        num_residual_blocks: 5,
        residual_scaling: 0.2,
        use_subpixel_conv: false,
      },
      discriminator: { vgg_blk_ch: [64, 64, 128, 128, 256, 256, 512, 512], fc_features: [100] },
    });
  });
});

describe('what the schema contains for help', () => {
  test.each(['originalValue', 'paperValue'] as const)('each %s is allowed', (keyword) => {
    const known = nodes.filter(([, node]) => node[keyword] !== undefined);
    const config: Record<string, unknown> = {};
    for (const [path, node] of known) {
      const steps = path.split('.');
      const last = steps.pop() ?? '';
      let section = config;
      for (const step of steps) {
        const inner: Record<string, unknown> = {};
        section[step] ??= inner;
        section = Object(section[step]);
      }
      section[last] = node[keyword];
    }
    expect(known.length).toBeGreaterThan(15);
    expect(readRunFile(JSON.stringify(config), { file: 'run.esrgan.json' }).problems).toEqual([]);
  });

  test('sections list their most used keys, and only existing ones', () => {
    const sections = nodes
      .flatMap(([path, node]) => {
        const variants = variantsOf(node).map(({ properties, ...section }) => ({
          ...section,
          properties: { ...node.properties, ...properties },
        }));
        return (variants.length > 0 ? variants : [node]).map((each): [string, Node] => [path, each]);
      })
      .filter(([, node]) => Object.keys(node.properties ?? {}).length > 0);
    const unknown = sections.flatMap(([path, { properties = {}, commonKeys = [] }]) =>
      commonKeys.filter((key) => !Object.hasOwn(properties, key)).map((key) => `${path}.${key}`),
    );
    expect(unknown).toEqual([]);
    expect(sections.filter(([, { commonKeys = [] }]) => commonKeys.length === 0)).toEqual([]);
  });
});

describe('what is generated from the schema', () => {
  test('is current', () => {
    execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' });
  });

  test('is detected when stale, and regenerated', () => {
    const folder = mkdtempSync(join(tmpdir(), 'esrgan-schema-'));
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [script, ...args], { cwd: folder, encoding: 'utf8' });
    try {
      cpSync('schemas', join(folder, 'schemas'), { recursive: true });
      mkdirSync(join(folder, 'docs'));
      cpSync('docs/run-file.md', join(folder, 'docs/run-file.md'));
      expect(run('--check').status).toBe(0);

      const text = readFileSync(schemaFile, 'utf8').replace('"cache_mb"', '"cache_size"');
      writeFileSync(join(folder, schemaFile), text);
      const stale = run('--check');
      expect(stale.status).toBe(1);
      expect(stale.stderr).toContain('schemas/run-config.ts');
      expect(stale.stderr).toContain('docs/run-file.md');

      expect(run().status).toBe(0);
      expect(run('--check').status).toBe(0);
      expect(readFileSync(join(folder, 'schemas/run-config.ts'), 'utf8')).toContain('cache_size: number');
      expect(readFileSync(join(folder, 'docs/run-file.md'), 'utf8')).toContain('`cache_size`');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

test('the examples of the documentation have no problems', () => {
  const examples = [...readFileSync('docs/run-file.md', 'utf8').matchAll(/```yaml\n(.*?)```/gs)];
  const read = examples.map(([, text = '']) => readRunFile(text, { file: 'example.esrgan.yaml' }).problems);
  expect(read).toEqual(examples.map(() => []));
  expect(examples.length).toBeGreaterThan(4);
});
