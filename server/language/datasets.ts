import { dirname, resolve } from 'node:path';
import {
  absolutePath,
  type Path,
  predefinedDatasets,
  replacePlaceholder,
} from '../../trainer/config/index.ts';
import { type VggType, vggTypes } from '../../trainer/models/vgg/shapes.ts';
import type { RunDocument } from './document.ts';
import { schemaAt, valueAt } from './schema.ts';

/** A data set that the stages of a run file can use. */
interface NamedDataset {
  readonly name: string;
  /** Whether the run file has an entry for it. */
  readonly isOwn: boolean;
  /** Folders or globs of its images as far as known, absolute. */
  readonly paths: readonly string[];
}

/** The data sets of the run file, then the predefined ones. */
export function namedDatasets(document: RunDocument): NamedDataset[] {
  const own = ownDatasets(document);
  const folder = dirname(document.file);
  const scale = scaleOf(document);
  const all = Object.entries(predefinedDatasets(resolve(folder, dataDir(document)), scale));
  const predefined = all
    .filter(([name]) => !own.has(name))
    .map(([name, { hr, lr }]) => ({ name, isOwn: false, paths: [...pathsOf(hr), ...pathsOf(lr)] }));
  const described = [...own].map(([name, entry]) => ({
    name,
    isOwn: true,
    paths: [...pathsOf(inMap(entry, 'hr')), ...pathsOf(inMap(entry, 'lr'))].map((path) =>
      resolve(folder, replacePlaceholder(path, scale)),
    ),
  }));
  return [...described, ...predefined];
}

/** The data sets of the run file, each with its HR images for training, then for validation: folders or globs, absolute. */
export function ownDatasetImages(document: RunDocument): { readonly name: string; readonly hr: string[] }[] {
  const folder = dirname(document.file);
  const scale = scaleOf(document);
  return [...ownDatasets(document)].map(([name, entry]) => ({
    name,
    hr: pathsOf(inMap(entry, 'hr')).map((path) => absolutePath(folder, replacePlaceholder(path, scale))),
  }));
}

/** Whether the value at a path is the name of a data set. */
export function namesDataset(path: Path): boolean {
  const [stage, key] = path;
  if (path.length === 2 && stage === 'checkpoints') return key === 'best_dataset';
  if (path.length !== 3 || (stage !== 'pretraining' && stage !== 'training')) return false;
  if (key === 'early_stopping' || key === 'stop_at') return path[2] === 'dataset';
  return key === 'train_datasets' || key === 'val_datasets';
}

/** `scale_factor` if the text gives a valid one, else its default. */
export function scaleOf(document: RunDocument): number {
  const node = schemaAt(['scale_factor'], document.data);
  const given = inMap(document.data, 'scale_factor');
  return Number(node?.enum?.includes(given) ? given : node?.default);
}

/** `vgg_type` of the perceptual loss at a path, or inside it, if the text gives a valid one, else its default. */
export function vggTypeOf(document: RunDocument, path: Path): VggType {
  const given = inMap(lossAt(document, path), 'vgg_type');
  return vggTypes.find((type) => type === given) ?? 'vgg19';
}

/** The entry of a list `losses`, or the section `perceptual_loss`, at a path or around it. */
export function lossAt({ data }: RunDocument, path: Path): unknown {
  const place = path[1] === 'losses' ? path.slice(0, 3) : path.slice(0, 1);
  return place.reduce<unknown>(valueAt, data);
}

/** The string at a key of the root, or its default. */
export function rootText(document: RunDocument, key: 'runs_dir' | 'data_dir'): string {
  const given = inMap(document.data, key);
  return typeof given === 'string' && given !== '' ? given : String(schemaAt([key], document.data)?.default);
}

/** The value at a key of a map; `undefined` if there is none. */
export function inMap(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return new Map(Object.entries(value)).get(key);
}

function dataDir(document: RunDocument): string {
  return rootText(document, 'data_dir');
}

function ownDatasets(document: RunDocument): Map<string, unknown> {
  return new Map(Object.entries(Object(inMap(document.data, 'datasets'))));
}

function pathsOf(images: unknown): string[] {
  const found = typeof images === 'string' ? [images] : [inMap(images, 'train'), inMap(images, 'val')];
  return [...new Set(found.filter((path) => typeof path === 'string'))];
}
