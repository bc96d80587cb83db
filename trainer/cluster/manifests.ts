import { basename } from 'node:path';
import { Document } from 'yaml';
import { exitCodes, WorkbenchError } from '../errors/errors.ts';
import type { StageChoice } from '../run-state/run-state.ts';
import { lockPatience, quoted } from './script.ts';

/** The engines for which manifests are printed; each starts the command again after its node died. */
export const manifestKinds = ['kubernetes', 'dstack', 'skypilot'] as const;
export type ManifestKind = (typeof manifestKinds)[number];

export interface ManifestOptions {
  /** Run files, relative to the folder that becomes `/work`. */
  readonly files: readonly string[];
  readonly stage: StageChoice;
  /** The most runs that train at the same time. */
  readonly atOnce: number;
}

/** The image of `examples/Dockerfile`, the shared volume with run files, images and runs, and its place. */
const image = 'esrgan-workbench';
const volume = 'esrgan-work';
const folder = '/work';

/**
 * A manifest in YAML that trains runs on another engine than Slurm. It is a start: names of image, volume and GPU are
 * the site's.
 *
 * @throws WorkbenchError `usage` if the engine has no arrays and there are several runs
 */
export function manifestOf(kind: ManifestKind, options: ManifestOptions): string {
  const [file, ...others] = options.files;
  if (kind !== 'kubernetes' && others.length > 0) {
    throw new WorkbenchError(
      'usage',
      `--to ${kind} takes one run file, because a task is one run. Print a manifest for each, or use --to kubernetes.`,
    );
  }
  const document = new Document(manifests[kind](file ?? '', options));
  document.commentBefore = ` Change the names of the image (${image}, see examples/Dockerfile), the volume (${volume}) and the GPU.`;
  return document.toString({ lineWidth: 0 });
}

const manifests: Readonly<Record<ManifestKind, (file: string, options: ManifestOptions) => object>> = {
  kubernetes: (file, { files, stage, atOnce }) => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: nameOf(file) },
    spec: {
      completionMode: 'Indexed',
      completions: files.length,
      parallelism: Math.min(atOnce, files.length),
      backoffLimitPerIndex: 3,
      podFailurePolicy: {
        rules: [
          // The node died, or was needed for something else.
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
          {
            action: 'FailIndex',
            onExitCodes: { containerName: 'esrgan', operator: 'In', values: lastingFailures },
          },
        ],
      },
      template: {
        spec: {
          restartPolicy: 'Never',
          // For a checkpoint.
          terminationGracePeriodSeconds: 120,
          containers: [
            {
              name: 'esrgan',
              image,
              workingDir: folder,
              command: ['sh', '-c', indexedCommand(files, stage)],
              resources: { limits: { 'nvidia.com/gpu': 1 } },
              volumeMounts: [{ name: 'work', mountPath: folder }],
            },
          ],
          volumes: [{ name: 'work', persistentVolumeClaim: { claimName: volume } }],
        },
      },
    },
  }),
  dstack: (file, { stage }) => ({
    type: 'task',
    name: nameOf(file),
    image,
    working_dir: folder,
    commands: [`exec ${trainCommand(quoted(file), stage)}`],
    volumes: [{ name: volume, path: folder }],
    resources: { gpu: 1 },
    retry: { on_events: ['no-capacity', 'interruption'], duration: '1d' },
  }),
  skypilot: (file, { stage }) => ({
    name: nameOf(file),
    resources: { accelerators: 'L4:1', image_id: `docker:${image}` },
    volumes: { [folder]: volume },
    run: `cd ${folder}\nexec ${trainCommand(quoted(file), stage)}\n`,
  }),
};

/** A second attempt would fail in the same way. */
const lastingFailures = [exitCodes.usage, exitCodes.config, exitCodes.data, exitCodes.notFinite];

/** A command of a shell: an index of the Job is a run. */
function indexedCommand(files: readonly string[], stage: StageChoice): string {
  const cases = files.map((file, index) => `${index}) run=${quoted(file)} ;;`);
  return ['case $JOB_COMPLETION_INDEX in', ...cases, 'esac', `exec ${trainCommand('"$run"', stage)}`].join(
    '\n',
  );
}

function trainCommand(file: string, stage: StageChoice): string {
  return `esrgan train ${file} --stage ${stage} --resume --wait-lock ${lockPatience}`;
}

/** A name of at most 40 lower-case letters, digits and hyphens, which all engines allow. */
function nameOf(file: string): string {
  const name = basename(file)
    .replace(/(\.esrgan)?\.(ya?ml|json)$/i, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  return `esrgan-${name}`.slice(0, 40).replace(/-+$/, '');
}
