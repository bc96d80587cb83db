import { type Stage, stages } from '../run-state/run-state.ts';
import { didYouMean } from './closest.ts';
import { predefinedDatasets } from './datasets.ts';
import {
  type DatasetFiles,
  folderFaults,
  hrImages,
  type ImageFault,
  isThere,
  listFaults,
  missingFolders,
  pairFaults,
  sizeFaults,
  smallImageFaults,
} from './image-problems.ts';
import { isListed, listedPairs } from './meta-info.ts';
import type { Path } from './problem.ts';
import type { ImageSource, Split } from './resolved.ts';
import type { Finding, RunFile } from './run-file.ts';
import { inputsOfImages } from './schedule-problems.ts';
import { short } from './schema-problems.ts';
import { patchesPerEpoch, patchesPerStep } from './steps.ts';

/** One use of a data set by a stage. */
interface Use {
  readonly stage: Stage;
  readonly split: Split;
  readonly name: string;
  /** Path of the name in the stage's list. */
  readonly path: Path;
}

/** The folders and lists of a data set that do not exist, for one use of it. */
interface Missing {
  readonly use: Use;
  /** Path of the first of these folders in the text, or of the data set. */
  readonly path: Path;
  readonly folders: readonly string[];
}

/** The findings of one use of a data set, and its number of HR images. */
interface Check {
  readonly findings: readonly Finding[];
  readonly missing?: Missing;
  readonly images: number;
  /** Of each image, in training. */
  readonly weight?: number;
}

/**
 * Checks the data sets of both stages. With `files`, also counts the training images of each stage, except for stages
 * whose training data sets have problems.
 */
export function datasetFindings(
  run: RunFile,
  files: DatasetFiles | undefined,
): { findings: Finding[]; images: Map<Stage, number> } {
  const findings: Finding[] = [];
  const missing: Missing[] = [];
  const images = new Map<Stage, number>();
  for (const stage of stages) {
    const uses = usesOf(run, stage);
    const checks = uses.map((use) => checkUse(run, use, files));
    findings.push(...checks.flatMap((check) => check.findings));
    missing.push(...checks.flatMap((check) => check.missing ?? []));
    const training = checks.filter((_, i) => uses[i]?.split === 'train');
    if (!files || training.some((check) => check.missing || check.findings.some(isError))) continue;
    const count = patchesPerEpoch(
      training.flatMap(({ images: own, weight = 1 }) => Array.from({ length: own }, () => weight)),
    );
    images.set(stage, count);
    if (count < patchesPerStep(run.config)) findings.push(batchFinding(run, stage, count));
  }
  return { findings: [...findings, ...missingFindings(missing)], images };
}

/** One finding for each data set with missing folders, however many folders, splits and stages that are. */
function missingFindings(missing: readonly Missing[]): Finding[] {
  const names = [...new Set(missing.map(({ use }) => use.name))];
  return names.flatMap((name) => {
    const same = missing.filter(({ use }) => use.name === name);
    const [first] = same;
    if (first === undefined) return [];
    const stage = same.every(({ use }) => use.stage === first.use.stage) ? first.use.stage : undefined;
    const folders = new Set(same.flatMap((each) => each.folders));
    const isPredefined = Object.hasOwn(predefinedDatasets('', 1), name);
    const remedy = isPredefined
      ? 'set its location in `data_dir` or `datasets`'
      : 'correct its location in `datasets`';
    return {
      code: 'dataset-missing',
      message: `data set \`${name}\`: ${missingFolders([...folders])}; ${remedy}`,
      path: first.path,
      related: [
        [['datasets', name], 'defined here'],
        ...same.map(({ use }): readonly [Path, string] => [use.path, 'used here']),
      ],
      inputs: same.flatMap(({ use }) => inputsOf(use)),
      ...(stage && { stage }),
    };
  });
}

function isError({ severity }: Pick<Finding, 'severity'>): boolean {
  return severity !== 'warning';
}

/** The keys that a use of a data set depends on: where it is, its files at the scale, and the patch they must have. */
function inputsOf({ stage, name, path }: Use): Path[] {
  return [
    path,
    ['datasets', name, 'hr'],
    ['datasets', name, 'lr'],
    ['datasets', name, 'meta_info'],
    ['data_dir'],
    ['scale_factor'],
    [stage, 'cr_patch_size'],
  ];
}

function usesOf({ config }: RunFile, stage: Stage): Use[] {
  const { train_datasets, val_datasets } = config[stage];
  return [
    ...train_datasets.map(
      (name, i): Use => ({ stage, split: 'train', name, path: [stage, 'train_datasets', i] }),
    ),
    ...val_datasets.map((name, i): Use => ({ stage, split: 'val', name, path: [stage, 'val_datasets', i] })),
  ];
}

function checkUse(
  { config, known, source: text }: RunFile,
  use: Use,
  files: DatasetFiles | undefined,
): Check {
  const { stage, split, name, path } = use;
  const dataset = known.get(name);
  if (!dataset) {
    const message = `unknown data set \`${short(name)}\`${hintFor(name, [...known.keys()])}`;
    return {
      findings: [{ code: 'unknown-dataset', message, path, stage, inputs: inputsOf(use) }],
      images: 0,
    };
  }
  const source = dataset[split];
  if (!source) {
    const message = `data set \`${name}\` has no \`${split}\` images: add \`hr: { ${split}: FOLDER }\``;
    const related = [[['datasets', name], 'defined here']] as const;
    return {
      findings: [{ code: 'no-images', message, path, related, stage, inputs: inputsOf(use) }],
      images: 0,
    };
  }
  if (!files) return { findings: [], images: 0 };
  const placeOf = (key: 'hr' | 'lr' | 'meta_info'): Path => {
    const place = ['datasets', name, key];
    return text.has([...place, split]) ? [...place, split] : place;
  };
  const absent = (['hr', 'lr', 'meta_info'] as const).filter((key) => {
    const path = source[key];
    if (path === undefined) return false;
    return key === 'meta_info' ? !files.exists(path) : !isThere(path, files);
  });
  const [first] = absent;
  if (first) {
    const folders = absent.flatMap((key) => source[key] ?? []);
    return { findings: [], missing: { use, path: placeOf(first), folders }, images: 0 };
  }
  const patch = split === 'train' ? config[stage].cr_patch_size : undefined;
  const { images, faults } = checkImages(source, config.scale_factor, patch, files);
  const findings = faults.map(
    ({ key, message, ...fault }): Finding => ({
      ...fault,
      message: `data set \`${name}\`: ${message}`,
      path: placeOf(key),
      related: [
        [['datasets', name], 'defined here'],
        [path, 'used here'],
      ],
      stage,
      inputs: inputsOf(use),
    }),
  );
  return { findings, images, ...(source.weight !== undefined && { weight: source.weight }) };
}

function hintFor(name: string, names: readonly string[]): string {
  // Many typos among many names would take long.
  const meant = didYouMean(name, names.slice(0, 100));
  const others = names.length > 20 ? ` and ${names.length - 20} more` : '';
  const some = names.slice(0, 20).map(short).join(', ') + others;
  return meant || `; known: ${some}. Add others to \`datasets\``;
}

/** The number of HR images of a source, and what is wrong with its images. */
function checkImages(
  source: ImageSource,
  scale: number,
  patch: readonly [number, number] | undefined,
  files: DatasetFiles,
): { readonly images: number; readonly faults: readonly ImageFault[] } {
  const ofFolders = folderFaults(source, files);
  if (ofFolders.some(isError)) return { images: 0, faults: ofFolders };
  const small = (hr: readonly string[]) => (patch ? smallImageFaults(hr, patch, files) : []);
  if (isListed(source)) {
    const { pairs, faults } = listedPairs(source, scale, files);
    const hr = pairs.map((pair) => pair.hr);
    return {
      images: hr.length,
      faults: [...ofFolders, ...listFaults(faults), ...sizeFaults(pairs, scale, files), ...small(hr)],
    };
  }
  const hr = hrImages(source, files)?.images ?? [];
  const lr = source.lr === undefined ? undefined : files.list(source.lr)?.images;
  return {
    images: hr.length,
    faults: [...ofFolders, ...(lr ? pairFaults(hr, lr, scale, files) : []), ...small(hr)],
  };
}

function batchFinding({ config }: RunFile, stage: Stage, images: number): Finding {
  const few = `\`${stage}\` has only ${images} training image${images === 1 ? '' : 's'}`;
  const { batch_size: batch, accumulate } = config;
  const remedy = images > 0 ? `; set it to at most ${images}` : '';
  const message =
    accumulate === 1
      ? `\`batch_size\` is ${batch}, but ${few}: an epoch needs at least one full batch${remedy}`
      : `\`batch_size\` times \`accumulate\` is ${batch * accumulate}, but ${few}: an epoch needs at least one full step; lower one of them`;
  return {
    code: 'batch-larger-than-data',
    message,
    path: ['batch_size'],
    related: [[[stage, 'train_datasets'], 'training images']],
    stage,
    inputs: inputsOfImages(stage),
  };
}
