import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { type ManifestKind, manifestKinds, manifestOf } from '../../../../trainer/cluster/manifests.ts';
import { readManifest } from '../../../../trainer/runs/manifest.ts';
import { runPaths } from '../../../../trainer/runs/run-directory.ts';
import { writeWaves } from '../cli/waves.ts';
import { manifestSchemas } from './manifest-schemas.ts';

const options = { files: ['A run.esrgan.yaml'], stage: 'pretraining', atOnce: 2 } as const;

test('an Indexed Job of Kubernetes: an index for each run', () => {
  const job = parse(
    manifestOf('kubernetes', { ...options, files: ["it's.esrgan.yaml", 'b.yaml', 'c.yaml'] }),
  );
  expect(job).toMatchObject({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'esrgan-it-s' } });
  expect(job.spec).toMatchObject({ completionMode: 'Indexed', completions: 3, parallelism: 2 });
  // The API requires these with `backoffLimitPerIndex` and `podFailurePolicy`.
  expect(job.spec.template.spec.restartPolicy).toBe('Never');
  const [container] = job.spec.template.spec.containers;
  expect(container).toMatchObject({ name: 'esrgan', image: 'esrgan-workbench', workingDir: '/work' });
  const [ignored, failed] = job.spec.podFailurePolicy.rules;
  expect(ignored.onPodConditions).toEqual([{ type: 'DisruptionTarget', status: 'True' }]);
  expect(failed.onExitCodes).toEqual({ containerName: container.name, operator: 'In', values: [2, 3, 4, 7] });
  expect(container.volumeMounts.map(({ name }: { name: string }) => name)).toEqual(
    job.spec.template.spec.volumes.map(({ name }: { name: string }) => name),
  );
});

test.each(manifestKinds)('a manifest for %s follows the schema of the engine', (kind) => {
  const isValid = new Ajv({ strictRequired: false }).compile(manifestSchemas[kind]);
  const manifest: unknown = parse(
    manifestOf(kind, { ...options, files: ['Long names, of more than forty letters & ÄÖÜ.esrgan.yaml'] }),
  );
  expect([isValid(manifest), isValid.errors]).toEqual([true, null]);
});

test.each<[ManifestKind, change: string, from: string, to: string]>([
  ['kubernetes', 'a misspelt field', 'completionMode', 'completionmode'],
  [
    'kubernetes',
    'a policy for restarts that fails the API',
    'restartPolicy: Never',
    'restartPolicy: OnFailure',
  ],
  ['kubernetes', 'an unknown action', 'FailIndex', 'FailPod'],
  ['kubernetes', 'exit code 0', '- 2', '- 0'],
  ['dstack', 'a relative folder', 'working_dir: /work', 'working_dir: work'],
  ['dstack', 'an unknown event', 'interruption', 'preemption'],
  ['skypilot', 'a field of another version', 'image_id', 'image'],
])('the schema of %s refuses %s', (kind, _, from, to) => {
  const text = manifestOf(kind, options);
  expect(text).toContain(from);
  expect(new Ajv().validate(manifestSchemas[kind], parse(text.replace(from, to)))).toBe(false);
});

test('a task of dstack', () => {
  expect(parse(manifestOf('dstack', options))).toEqual({
    type: 'task',
    name: 'esrgan-a-run',
    image: 'esrgan-workbench',
    working_dir: '/work',
    commands: ["exec esrgan train 'A run.esrgan.yaml' --stage pretraining --resume --wait-lock 600"],
    volumes: [{ name: 'esrgan-work', path: '/work' }],
    resources: { gpu: 1 },
    retry: { on_events: ['no-capacity', 'interruption'], duration: '1d' },
  });
});

test('a task of SkyPilot', () => {
  expect(parse(manifestOf('skypilot', options))).toEqual({
    name: 'esrgan-a-run',
    resources: { accelerators: 'L4:1', image_id: 'docker:esrgan-workbench' },
    volumes: { '/work': 'esrgan-work' },
    run: "cd /work\nexec esrgan train 'A run.esrgan.yaml' --stage pretraining --resume --wait-lock 600\n",
  });
});

test.each(['dstack', 'skypilot'] as const)('%s takes one run file', (kind) => {
  expect(() => manifestOf(kind, { ...options, files: ['a', 'b'] })).toThrow(
    `--to ${kind} takes one run file`,
  );
});

test.skipIf(process.platform === 'win32')(
  'the command of a container trains with the packed command in a clean folder',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'esrgan-container-'));
    try {
      // As in examples/Dockerfile; the dependencies are those of the repository.
      execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder]);
      execFileSync('sh', ['-c', 'tar xzf *.tgz'], { cwd: folder });
      symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
      const { bin } = JSON.parse(readFileSync(join(folder, 'package', 'package.json'), 'utf8'));
      mkdirSync(join(folder, 'bin'));
      symlinkSync(join(folder, 'package', bin.esrgan), join(folder, 'bin', 'esrgan'));
      const work = join(folder, 'work');
      mkdirSync(work);
      await writeWaves(work, { train: 2, val: 1 });
      writeFileSync(
        join(work, 'A run.esrgan.yaml'),
        'engine: cpu\nbatch_size: 2\nscale_factor: 2\ndatasets: { waves: { hr: { train: train, val: val } } }\ngenerator: { rrdb_channels: 4, growth_channels: 2, num_basic_blocks: 1 }\nvalidation: { crop_size: [32, 32] }\nsamples: { crop_size: [32, 32] }\npretraining: { num_epoch: 3, cr_patch_size: [16, 16], train_datasets: [waves], val_datasets: [] }\n',
      );
      const job = parse(manifestOf('kubernetes', { ...options, files: ['none.yaml', ...options.files] }));
      const [program, ...args] = job.spec.template.spec.containers[0].command;
      execFileSync(program, args, {
        cwd: work,
        env: {
          PATH: [join(folder, 'bin'), process.env.PATH].join(delimiter),
          HOME: folder,
          JOB_COMPLETION_INDEX: '1',
        },
      });
      expect(existsSync(join(work, 'runs'))).toBe(true);
      const sessions = readManifest(runPaths(join(work, 'runs', 'A run')))?.sessions;
      expect(sessions?.map(({ stop }) => stop?.reason)).toEqual(['finished']);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
